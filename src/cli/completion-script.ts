export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Asks `signalbox __complete` on each Tab, so that it knows the environments there are now. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell];
}

const bash = String.raw`_signalbox() {
  local IFS=$'\n'
  COMPREPLY=($(signalbox __complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _signalbox signalbox
`;

const zsh = String.raw`_signalbox() {
  local -a offers
  local value help
  while IFS=$'\t' read -r value help; do
    offers+=("${'$'}{value//:/\\:}:$help")
  done < <(signalbox __complete -- "${'$'}{words[@]:1:$((CURRENT - 1))}" 2>/dev/null)
  _describe signalbox offers
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _signalbox signalbox
`;

const fish = String.raw`function __signalbox_complete
  set -l words (commandline -opc) (commandline -ct)
  signalbox __complete -- $words[2..] 2>/dev/null
end
complete -c signalbox -f -a '(__signalbox_complete)'
`;
