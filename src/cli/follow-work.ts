import type { Input, Output } from '../api/contract/all.ts';
import type { Cli } from './cli.ts';
import { roughly } from './words.ts';

type Followed = 'followPush' | 'followDeploy' | 'followEnvironment' | 'followCandidate';
type Ending = NonNullable<Output<Followed>['ending']>;

/**
 * Prints sentence after sentence of a piece of work and how it ended; the exit code is 1 when it did not
 * succeed. Ctrl-C stops the watching, not the work.
 */
export async function followWork<Name extends Followed>(
  cli: Cli,
  name: Name,
  input: Input<Name>,
): Promise<Ending | null> {
  const client = await cli.client();
  const waiting = waitingLine();
  let ending: Ending | null = null;
  try {
    for await (const item of client.stream(name, input) as AsyncIterable<Output<Followed>>) {
      waiting.clear();
      // The state it came to is said by the ending, as the last word.
      if (item.text && item.kind !== 'environment-state')
        cli.print.note(`${cli.print.style('dim', '·')} ${item.text}`);
      ending = item.ending;
      if (!ending) waiting.show();
    }
  } finally {
    waiting.clear();
  }
  if (ending) tell(cli, ending);
  return ending;
}

function tell(cli: Cli, { state, succeeded, url, reason, fix }: Ending): void {
  if (!succeeded) cli.exitCode = 1;
  if (cli.globals().json) return cli.print.json({ state, succeeded, url, reason, fix });
  if (succeeded) return cli.print.line(url ?? state);
  const steps = fix.map((step) => `→ ${step}`);
  cli.print.note([cli.print.style('red', reason ?? state), ...steps].join('\n'));
}

/** `… 12s` under the last sentence, where somebody watches. */
function waitingLine(): { show(): void; clear(): void } {
  const { stderr } = process;
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    if (timer) stderr.write('\r\u001b[K');
    clearInterval(timer);
    timer = undefined;
  };
  return {
    clear,
    show() {
      if (!stderr.isTTY) return;
      const since = Date.now();
      timer = setInterval(() => stderr.write(`\r  … ${roughly(Date.now() - since)}`), 1000);
    },
  };
}
