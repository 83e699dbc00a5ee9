import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { StartReport } from '../gateway/data-plane/control-contract.ts';
import { log } from '../gateway/data-plane/log.ts';
import { runGateway } from '../gateway/data-plane/run-gateway.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:8080' },
    // Take the place of a gateway that runs, as after an upgrade.
    replace: { type: 'boolean', default: false },
    // A descriptor to tell the outcome of the start on, for the controller that began it.
    report: { type: 'string' },
  },
});

process.on('uncaughtException', (error) => {
  log(`a bug ended the gateway: ${error.stack}`);
  process.exit(1);
});

try {
  if (values.directory === undefined) throw new Error('--directory is missing');
  const kind = await runGateway({
    directory: values.directory,
    listen: values.listen,
    replace: values.replace,
  });
  if (kind === 'trouble') throw new Error('the gateway did not start');
  report({ kind });
  if (kind === 'another-lives') log('another gateway serves this directory; nothing to do');
} catch (error) {
  log('the gateway did not start', error);
  if (error instanceof SignalboxError) report({ kind: 'trouble', trouble: troubleOf(error) });
  process.exit(1);
}

function troubleOf({ code, what, why, fix: [first = '', ...more] }: SignalboxError) {
  return { code, what, why, fix: [first, ...more] as const };
}

/** Whoever began it may be gone already. */
function report(outcome: StartReport): void {
  if (values.report === undefined) return;
  try {
    writeSync(Number(values.report), `${JSON.stringify(outcome)}\n`);
  } catch (error) {
    log('nobody heard how the start went', error);
  }
}
