import { parseArgs } from 'node:util';
import { log } from '../gateway/data-plane/log.ts';
import { startConversation } from '../gateway/data-plane/start-conversation.ts';
import {
  haproxyOptions,
  readHaproxySettings,
} from '../gateway/drivers/haproxy/haproxy-settings.ts';
import { runKeeper } from '../gateway/drivers/haproxy/run-keeper.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const { values } = parseArgs({
  options: {
    ...haproxyOptions,
    directory: { type: 'string' },
    // Take the place of a keeper that runs, as after an upgrade.
    replace: { type: 'boolean', default: false },
    // A descriptor to tell the outcome of the start on, for the controller that began it.
    report: { type: 'string' },
  },
});

process.on('uncaughtException', (error) => {
  log(`a bug ended the keeper of HAProxy: ${error.stack}`);
  process.exit(1);
});

const conversation = startConversation(values.report === undefined ? null : Number(values.report));

try {
  if (values.directory === undefined) throw new Error('--directory is missing');
  const kind = await runKeeper({
    directory: values.directory,
    settings: readHaproxySettings(values),
    entry: import.meta.filename,
    replace: values.replace,
  });
  if (kind === 'listening' || kind === 'another-lives') conversation.say({ kind });
  if (kind === 'another-lives') process.exit(0);
} catch (error) {
  log('the keeper of HAProxy did not start', error);
  if (error instanceof SignalboxError) {
    const { code, what, why, fix } = error;
    const [first = '', ...more] = fix;
    conversation.say({ kind: 'trouble', trouble: { code, what, why, fix: [first, ...more] } });
  }
  process.exit(1);
}
