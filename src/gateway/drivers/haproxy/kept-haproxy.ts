import { log } from '../../data-plane/log.ts';
import { openListener, type Listeners } from '../../data-plane/open-listener.ts';
import { isAlive } from '../../data-plane/process-identity.ts';
import type { HaproxySettings } from './haproxy-settings.ts';
import {
  livingHaproxy,
  reloadHaproxy,
  type RunningHaproxy,
  startHaproxy,
} from './running-haproxy.ts';

/** The HAProxy of the working directory, kept alive. */
export interface KeptHaproxy {
  running(): RunningHaproxy;
  isAlive(): boolean;
  /** It has read the files of the working directory anew when it resolves; started, if none lived. */
  refresh(): Promise<void>;
  /** It takes no new connections, ends what it has, and then itself. */
  end(): void;
}

export interface HaproxyPlan {
  program: string;
  settings: HaproxySettings;
}

/**
 * Where one lives that listens where it should, it goes on; its sockets are out of our reach then until it ends.
 * Otherwise we bind them, with the rights that we have now, and hold them: whatever dies, a connection only waits.
 * Nothing is started yet. Refuses as `openListener` does.
 */
export async function keptHaproxy({ program, settings }: HaproxyPlan): Promise<KeptHaproxy> {
  const { listen, listenTls } = settings;
  const found = livingHaproxy();
  const fits = (one: RunningHaproxy | null): one is RunningHaproxy =>
    one !== null &&
    one.listen === listen &&
    one.listenTls === listenTls &&
    one.program === program &&
    isAlive(one);
  let running: RunningHaproxy | null = fits(found) ? found : null;
  let listeners: Listeners | null = running === null ? await openListeners(settings) : null;

  return {
    running() {
      if (running === null) throw new Error('HAProxy was not started yet');
      return running;
    },

    isAlive: () => running !== null && isAlive(running),

    async refresh() {
      if (running !== null && isAlive(running)) return reloadHaproxy(running);
      listeners ??= await openListeners(settings);
      running = await startHaproxy(program, { listen, listenTls, listeners });
      log(`HAProxy ${program} serves at ${listen}`);
      if (found !== null && !fits(found)) signal(found, 'SIGUSR1');
    },

    end() {
      if (running !== null) signal(running, 'SIGUSR1');
    },
  };
}

async function openListeners({ listen, listenTls }: HaproxySettings): Promise<Listeners> {
  return {
    plain: await openListener(listen),
    tls: listenTls === null ? null : await openListener(listenTls),
  };
}

function signal(one: RunningHaproxy, name: NodeJS.Signals): void {
  if (isAlive(one)) process.kill(one.pid, name);
}
