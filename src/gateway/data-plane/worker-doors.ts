import { flushCompileCache } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chooser } from './choose/chooser.ts';
import { routing } from './choose/routing.ts';
import { shadow } from './choose/shadow.ts';
import { accessLog, type OpenAccessLog } from './count/access-log.ts';
import type { TrafficCounters } from './count/traffic-counter.ts';
import { trafficCounters } from './count/traffic-counters.ts';
import { type FrontDoor, frontDoor } from './forward/front-door.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import type { Listeners } from './open-listener.ts';
import { workerEntrances } from './worker-entrances.ts';
import { registerWorker } from './worker-register.ts';
import type { WorkerStart } from './worker-orders.ts';

export interface WorkerDoors {
  readonly door: FrontDoor;
  readonly chooser: Chooser;
  readonly counters: TrafficCounters;
  certify(certificates: WorkerStart['certificates']): void;
  /** Connections come in when it resolves, or it says why they do not. */
  listen(): Promise<{ trouble: { code: string; message: string } | null }>;
  state(): 'closed' | 'open' | 'retiring';
  /** Nobody new comes in, and what is open has ended or was cut off at the limit when it resolves. Repeatable. */
  retire(): Promise<void>;
}

interface DoorsOptions {
  settings: GatewaySettings;
  listeners: Listeners;
  start: WorkerStart;
}

/** How long a worker that was told to end waits for what is open. */
const farewellMs = 30_000;
const accessLogBytes = 64 * 1024 * 1024;
const accessLogsKept = 5;

/** The ways into one worker, and everything behind them. Nothing listens yet. */
export async function workerDoors({
  settings,
  listeners,
  start,
}: DoorsOptions): Promise<WorkerDoors> {
  const counters = trafficCounters();
  const chooser = routing({ key: Buffer.from(start.key, 'base64'), counters });
  const accesses = openAccessLog(settings);
  const door = frontDoor({
    chooser,
    shadow: shadow(),
    ...(accesses === null ? {} : { log: accesses }),
  });
  const entrances = await workerEntrances(listeners, { door, settings, start });
  let state: ReturnType<WorkerDoors['state']> = 'closed';
  let retired: Promise<void> | undefined;

  async function finish(): Promise<void> {
    state = 'retiring';
    registerWorker('.', { retiring: true });
    entrances.retire();
    door.retire();
    const deadline = Date.now() + farewellMs;
    const isBusy = () => door.connections + entrances.connections() > 0;
    while (isBusy() && Date.now() < deadline) await pause(20);
    entrances.close();
    door.close();
    await accesses?.close();
  }

  return {
    door,
    chooser,
    counters,
    certify: entrances.certify,
    state: () => state,

    async listen() {
      try {
        await entrances.open();
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        return { trouble: { code, message } };
      }
      state = 'open';
      registerWorker('.', { retiring: false });
      flushCompileCache();
      return { trouble: null };
    },

    retire: () => (retired ??= finish()),
  };
}

function openAccessLog({
  accessLog: file,
  accessLogSample,
}: GatewaySettings): OpenAccessLog | null {
  if (file === null) return null;
  return accessLog({
    file,
    sample: accessLogSample,
    rotateBytes: accessLogBytes,
    keep: accessLogsKept,
  });
}
