import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { releaseLock } from './gateway-lock.ts';
import { type GatewaySettings, readSettings, settingsOptions } from './gateway-settings.ts';
import { heir } from './hand-over.ts';
import { log } from './log.ts';
import type { Listener, Listeners } from './open-listener.ts';
import type { Primary } from './primary.ts';
import type { Workforce } from './workforce.ts';

export interface StepBack {
  /** Nothing new comes in and another gateway may take the place when it resolves; the process then ends. Repeatable. */
  retire(): Promise<void>;
  /**
   * Another process is the gateway when it resolves, with our sockets: nobody was refused meanwhile. This one
   * ends a moment later; its workers finish what they have. Rejects, and nothing has changed, when the other
   * could not start.
   */
  handOver(to: Successor): Promise<void>;
}

export interface Successor {
  execPath: string;
  /** What the executable is started with: its own flags, and the entry. */
  argv: string[];
  /** Its settings. */
  flags: string[];
}

interface Parts {
  state: Primary;
  force: Workforce;
  settings: GatewaySettings;
  listeners: Listeners;
  /** No more calls from controllers; those under way may end. */
  closeControl: () => void;
}

/** How long workers with open requests are waited for with the state still in our hands, so that they count. */
const shortWorkMs = 1_000;
/** Workers bound themselves to less. */
const longestWorkMs = 35_000;
/** Enough for the answer to whoever asked for the hand-over. */
const lastWordMs = 100;

export function stepBack({ state, force, settings, listeners, closeControl }: Parts): StepBack {
  const { crew, links } = force;
  let retiring: Promise<void> | undefined;
  let handing: Promise<void> | undefined;

  const emptied = async (limitMs: number): Promise<void> => {
    const deadline = Date.now() + limitMs;
    while (links.all().length > 0 && Date.now() < deadline) await pause(10);
  };

  async function stepDown(): Promise<void> {
    log('retiring');
    closeControl();
    crew.stop();
    await links.askAll('retire', null);
    await emptied(shortWorkMs);
    await state.close();
    releaseLock('.');
    void emptied(longestWorkMs).then(() => {
      log('ended');
      process.exit(0);
    });
  }

  async function handOver({ execPath, argv, flags }: Successor): Promise<void> {
    const wanted = readSettings(parseArgs({ args: flags, options: settingsOptions }).values);
    const next = heir({
      execPath,
      argv: [...argv, ...flags],
      listeners: inheritance(listeners, settings, wanted),
    });
    try {
      await next.prepared();
    } catch (error) {
      next.giveUp();
      throw error;
    }
    log('handing over');
    closeControl();
    crew.stop();
    const pauses = state.pauses();
    await state.close();
    try {
      await next.takeOver(pauses);
    } catch (error) {
      // Our workers serve on and bring a successor as after any death.
      log('the hand-over broke off', error);
      next.giveUp();
      process.exit(1);
    }
    setTimeout(() => {
      log('handed over');
      process.exit(0);
    }, lastWordMs);
    links.close();
  }

  return {
    retire: () => (retiring ??= stepDown()),

    handOver(to) {
      handing ??= handOver(to).finally(() => (handing = undefined));
      return handing;
    },
  };
}

/** The sockets of addresses that stay; a new address is for the heir to open. */
function inheritance(
  { plain, tls }: Listeners,
  settings: GatewaySettings,
  wanted: GatewaySettings,
): Record<string, Listener> {
  const isSameTls = tls !== null && wanted.listenTls === settings.listenTls;
  return {
    ...(wanted.listen === settings.listen ? { '--inherit': plain } : {}),
    ...(isSameTls ? { '--inherit-tls': tls } : {}),
  };
}
