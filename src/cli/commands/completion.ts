import { Argument, Command } from 'commander';
import type { Cli } from '../cli.ts';
import { completionScript, shells, type Shell } from '../completion-script.ts';

export function completionCommand(cli: Cli): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      [
        '',
        'bash: echo \'eval "$(signalbox completion bash)"\' >> ~/.bashrc',
        'zsh:  echo \'eval "$(signalbox completion zsh)"\' >> ~/.zshrc',
        'fish: signalbox completion fish > ~/.config/fish/completions/signalbox.fish',
      ].join('\n'),
    )
    .action((shell: Shell) => {
      const script = completionScript(shell);
      cli.print.result({ shell, script }, () => script.trimEnd());
    });
}
