# Says what only somebody inside an environment can see. SIGNALBOX_PROCESSES and SIGNALBOX_PATHS ask, a line each:
# a number and a text. Texts are compared and nothing else; no answer repeats one. look-around.ts reads the answers.

# The command lines of the environment's own user, without this job's.
command_lines() {
  for process in /proc/[0-9]*; do
    [ -O "$process" ] || continue
    tr '\0' '\n' <"$process/environ" | grep -qxF -- "SIGNALBOX_WORKLOAD=$SIGNALBOX_WORKLOAD" && continue
    line=$(tr '\0\n' '  ' <"$process/cmdline" | head -c 4096)
    [ -z "$line" ] || printf '%s\n' "$line"
  done 2>/dev/null
}

# count NUMBER COMMAND: how many lines of its input begin so, the program with or without its directory.
count() {
  found=0
  while IFS= read -r line; do
    program=${line%% *}
    for form in "$line" "${program##*/}${line#"$program"}"; do
      case $form in
        "$2" | "$2 "* | "$2:"*)
          found=$((found + 1))
          break
          ;;
      esac
    done
  done
  printf 'signalbox-process %s %s\n' "$1" "$found"
}

# look_at NUMBER PATH: where it really is, and its line of df.
look_at() {
  real=$(cd -P -- "$2" 2>/dev/null && pwd -P) || {
    printf 'signalbox-path %s absent\n' "$1"
    return
  }
  writable=no
  [ ! -w "$real" ] || writable=yes
  room=$(df -P -k -- "$real" 2>/dev/null | tail -n 1)
  printf 'signalbox-path %s there %s\n%s\n%s\n' "$1" "$writable" "$real" "$room"
}

if [ -n "$SIGNALBOX_PROCESSES" ]; then
  all=$(command_lines)
  while read -r number command; do
    printf '%s\n' "$all" | count "$number" "$command"
  done <<END
$SIGNALBOX_PROCESSES
END
fi

# Last, and side by side: a dead network mount blocks whoever looks at it.
if [ -n "$SIGNALBOX_PATHS" ]; then
  while read -r number path; do
    look_at "$number" "$path" &
  done <<END
$SIGNALBOX_PATHS
END
  wait
fi
