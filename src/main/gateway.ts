import { parseArgs } from 'node:util';
import {
  type GatewaySettings,
  readSettings,
  settingsOptions,
} from '../gateway/data-plane/gateway-settings.ts';
import { log } from '../gateway/data-plane/log.ts';
import { type Listeners, readListener } from '../gateway/data-plane/open-listener.ts';
import { startConversation } from '../gateway/data-plane/start-conversation.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const { values } = parseArgs({
  options: {
    ...settingsOptions,
    directory: { type: 'string' },
    // End a gateway that runs, as one of a version that cannot hand over.
    replace: { type: 'boolean', default: false },
    // A descriptor to tell the outcome of the start on, for whoever began it.
    report: { type: 'string' },
    // DESCRIPTOR:PORT of sockets that listen already.
    inherit: { type: 'string' },
    'inherit-tls': { type: 'string' },
    // The process that waits for us to take its place.
    'heir-of': { type: 'string' },
    // One of the processes that take connections, and where its primary process is.
    worker: { type: 'string' },
    link: { type: 'string' },
  },
});

process.on('uncaughtException', (error) => {
  log(`a bug ended the ${values.worker === undefined ? 'gateway' : 'worker'}: ${error.stack}`);
  process.exit(1);
});

const conversation = startConversation(values.report === undefined ? null : Number(values.report));

try {
  if (values.directory === undefined) throw new Error('--directory is missing');
  const settings = readSettings(values);
  if (values.worker === undefined) await beGateway(values.directory, settings);
  else await beWorker(values.directory, settings, values.worker);
} catch (error) {
  log('the gateway did not start', error);
  if (error instanceof SignalboxError) {
    conversation.say({ kind: 'trouble', trouble: troubleOf(error) });
  }
  process.exit(1);
}

async function beGateway(directory: string, settings: GatewaySettings): Promise<void> {
  const { runGateway } = await import('../gateway/data-plane/run-gateway.ts');
  const predecessor = values['heir-of'];
  const kind = await runGateway({
    directory,
    settings,
    entry: import.meta.filename,
    replace: values.replace,
    inherited: inherited(),
    heir:
      predecessor === undefined
        ? null
        : {
            of: Number(predecessor),
            turn() {
              conversation.say({ kind: 'prepared' });
              return conversation.turn();
            },
          },
  });
  if (kind !== 'listening') log('another gateway serves this directory; nothing to do');
  if (kind === 'listening' || kind === 'another-lives') conversation.say({ kind });
  if (kind === 'another-lives') process.exit(0);
}

/** Loads far less than the gateway itself: there are several of them. */
async function beWorker(directory: string, settings: GatewaySettings, index: string) {
  const { runWorker } = await import('../gateway/data-plane/worker.ts');
  const listeners = inherited();
  if (listeners?.plain === null || listeners === null) throw new Error('--inherit is missing');
  await runWorker({
    directory,
    settings,
    index: Number(index),
    link: values.link ?? '',
    entry: import.meta.filename,
    listeners: { plain: listeners.plain, tls: listeners.tls },
  });
}

function inherited(): { plain: Listeners['plain'] | null; tls: Listeners['tls'] } | null {
  const { inherit, 'inherit-tls': inheritTls } = values;
  if (inherit === undefined && inheritTls === undefined) return null;
  return {
    plain: inherit === undefined ? null : readListener(inherit),
    tls: inheritTls === undefined ? null : readListener(inheritTls),
  };
}

function troubleOf({ code, what, why, fix: [first = '', ...more] }: SignalboxError) {
  return { code, what, why, fix: [first, ...more] as const };
}
