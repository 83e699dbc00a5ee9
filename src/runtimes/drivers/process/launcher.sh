# Starts one workload and outlives whoever asked for it. Runs as the runtime's own user, as root where that is root,
# so nothing that a workload can choose may reach this shell: its variables arrive as given_NAME and get their own
# names only after privileges were dropped (an LD_PRELOAD or PATH would otherwise work for root).
#
# launcher.sh KIND DIRECTORY GENERATION, the rest in launch_*. File descriptor 3 is closed once the workload runs.
# Exit codes: 3 another launcher was first, 4 fenced, 5 its control groups are not usable.
set -u
umask 022
kind=$1 dir=$2 generation=$3

# Becomes the workload: only here do its variables appear. The shorter names come first (see environment.ts).
become='
  set -- $launch_names "$1"
  unset SIGNALBOX_LAUNCHER launch_run launch_uid launch_group launch_groups launch_own_group launch_fence launch_epoch
  unset launch_limit launch_restarts launch_names
  while [ $# -gt 1 ]; do
    eval "command export \"\$1=\$given_$1\"" 2>/dev/null
    unset "given_$1"
    shift
  done
  exec /bin/sh -c "$1"'

# Packs the paths on its input that exist and whose folder really lies in the workspace.
pack='
  xargs -0 -r /bin/sh -c "
    here=\$(pwd -P)
    for path; do
      case \$path in */*) parent=./\${path%/*} ;; *) parent=. ;; esac
      real=\$(cd -P -- \"\$parent\" 2>/dev/null && pwd -P) || continue
      case \$real/ in \"\$here\"/*) ;; *) continue ;; esac
      if [ -e \"\$path\" ] || [ -L \"\$path\" ]; then printf \"%s\\0\" \"\$path\"; fi
    done" sh |
  tar --create --file=- --sort=name --owner=0 --group=0 --numeric-owner --null --files-from=-'

as_user() {
  [ -n "$launch_uid" ] || exec "$@"
  exec setpriv --reuid="$launch_uid" --regid="$launch_uid" --clear-groups --no-new-privs \
    --inh-caps=-all --bounding-set=-all -- "$@"
}

run_command() {
  exec 3>&-
  for group in $launch_groups; do echo 0 >"$group/cgroup.procs" || exit 126; done
  as_user /bin/sh -c "$become" sh "$launch_run"
}

# Appends one whole line to the journal; a full disk delays it, a forgotten workload ends us.
note() {
  until printf '\n%s\n' "$generation $*" >>"$dir/journal"; do
    [ -d "$dir" ] || exit 0
    sleep 1
  done 2>/dev/null
}

# Whoever claims the next generation ends this one.
is_over() { [ ! -d "$dir" ] || [ -e "$dir/claim.$((generation + 1))" ]; }

members() {
  if [ -n "$launch_group" ]; then
    while read -r member; do printf '%s ' "$member"; done <"$launch_group/cgroup.procs"
  else
    grep -lzxF "SIGNALBOX_WORKLOAD=$SIGNALBOX_LAUNCHER" /proc/[0-9]*/environ |
      while IFS=/ read -r _ _ member _; do printf '%s ' "$member"; done
  fi
}

# Nothing of the workload is left when it returns.
sweep() {
  left=$(members)
  [ -n "$left" ] || return 0
  # Whoever cannot fork cannot outrun us.
  [ -z "$launch_group" ] || echo 0 >"$launch_group/pids.max"
  while [ -n "$left" ]; do
    kill -KILL $left
    sleep 0.01
    left=$(members)
  done
  [ -z "$launch_group" ] || echo 4096 >"$launch_group/pids.max"
} 2>/dev/null

# Complete or not at all: a name that is linked cannot be seen half written.
claim() {
  read -r boot </proc/sys/kernel/random/boot_id
  read -r stat <"/proc/$$/stat"
  set -- ${stat##*) }
  printf '%s\n' "$$ ${20} $boot" >"$dir/mine.$$" || exit 1
  ln "$dir/mine.$$" "$dir/claim.$generation" 2>/dev/null || exit 3
}

refuse_fenced() {
  [ -n "$launch_fence" ] || return 0
  for seen in "$launch_fence"/*; do
    if [ "${seen##*/}" -gt "$launch_epoch" ] 2>/dev/null; then exit 4; fi
  done
}

pause_after() {
  case $1 in
    1) sleep 0.25 ;; 2) sleep 0.5 ;; 3) sleep 1 ;; 4) sleep 2 ;; 5) sleep 4 ;; 6) sleep 8 ;; 7) sleep 16 ;;
    *) sleep 30 ;;
  esac
}

keep_running() {
  restarts=$launch_restarts crashes=0
  until is_over; do
    run_command &
    pid=$!
    read -r began _ </proc/uptime
    note started "$pid" "$began" "$restarts"
    exec 3>&-
    wait "$pid"
    code=$?
    sweep
    is_over && break
    restarts=$((restarts + 1))
    # Readers need the last lines only; a program that crashes for weeks must not fill the disk with them.
    [ $((restarts % 1000)) -ne 0 ] || : >"$dir/journal"
    note ended "$code" "$began" "$restarts"
    read -r now _ </proc/uptime
    [ $((${now%.*} - ${began%.*})) -lt 60 ] || crashes=0
    crashes=$((crashes + 1))
    pause_after "$crashes"
  done
}

# The timer is what we wait for, and the command's end ends the timer: so neither outlives the other.
run_once() {
  sleep "$launch_limit" 3>&- &
  timer=$!
  (
    (run_command)
    code=$?
    kill "$timer"
    exit "$code"
  ) 3>&- &
  command=$!
  note started 0 0 0
  exec 3>&-
  if wait "$timer" 2>/dev/null; then
    kill -KILL "$command"
    sweep
    printf 'signalbox: its %s seconds were over\n' "$launch_limit" >&2
    note done timed-out -
    return
  fi
  wait "$command"
  code=$?
  sweep
  conclude
}

conclude() {
  if [ "$code" -ne 0 ]; then
    note done failed "$code"
  elif collect; then
    note done succeeded 0
  else
    printf 'signalbox: what the command made could not be packed\n' >&2
    note done failed -
  fi
}

collect() {
  for list in "$dir"/lists/*; do
    [ -e "$list" ] || continue
    (as_user /bin/sh -c "$pack") <"$list" >"$dir/archives/${list##*/}.tar" || return 1
  done
}

# Nobody is left to see what a terminal does when its caller is gone, which closes descriptor 3.
serve_terminal() {
  exec 4<&0
  (
    read -r _ <&3
    while :; do
      sweep
      sleep 0.1
    done
  ) </dev/null >/dev/null 2>&1 4<&- &
  watcher=$!
  (run_command 2>&1) <&4 4<&-
  code=$?
  kill "$watcher" 2>/dev/null
  sweep
}

# A machine that runs for months must not collect empty groups.
leave_groups() {
  [ -n "$launch_own_group" ] || return 0
  echo 0 >"${launch_own_group%/signalbox/*}/cgroup.procs"
  rmdir $launch_groups "$launch_own_group"
} 2>/dev/null

# Before the claim: whoever stops what was claimed must find its launcher.
join_own_group() {
  [ -n "$launch_own_group" ] || return 0
  echo 0 >"$launch_own_group/cgroup.procs" && return 0
  [ -e "$dir/claim.$generation" ] && exit 3
  exit 5
} 2>/dev/null

join_own_group
refuse_fenced
case $kind in
  service) claim && keep_running ;;
  job) claim && run_once ;;
  terminal) serve_terminal ;;
esac
leave_groups
exit "${code:-0}"
