import { setTimeout as pause } from 'node:timers/promises';
import type { SharedRoute, WorkerTable } from './choose/chooser.ts';
import { type GatewaySettings, settingsFlags } from './gateway-settings.ts';
import { leanFlags } from './lean-flags.ts';
import { type Listeners, listenerText } from './open-listener.ts';
import { placeKey } from './place-key.ts';
import { primaryLink } from './primary-link.ts';
import { type WorkerActivity, workerActivity } from './worker-activity.ts';
import { type WorkerDoors, workerDoors } from './worker-doors.ts';
import type { ObeyedOrders, TableChange } from './worker-orders.ts';
import { type WorkerQuiet, workerQuiet } from './worker-quiet.ts';
import { unregisterWorker } from './worker-register.ts';

export interface WorkerOptions {
  directory: string;
  settings: GatewaySettings;
  index: number;
  /** Where the process that started this one listens. */
  link: string;
  entry: string;
  /** Sockets that all workers take connections from. */
  listeners: Listeners;
}

const farewellMs = 1_000;

/** What there is once the worker knows its routes. */
interface Inside {
  doors: WorkerDoors;
  activity: WorkerActivity;
  quiet: WorkerQuiet;
}

/**
 * Turns this process into a worker: it takes connections when its primary process says so, and goes on when
 * that dies. It has told the primary process that it is there when this resolves.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  process.chdir(options.directory);
  let inside: Inside | null = null;
  const state = () => inside?.doors.state() ?? 'closed';
  const orders = workerOrders(options, {
    inside: () => inside,
    enter: (what) => (inside = what),
    retire,
  });
  const link = await primaryLink({
    path: options.link,
    index: options.index,
    orders,
    serves: () => state() !== 'closed',
    needsPrimary: () => state() === 'open',
    successorArgv: () => successorArgv(options),
  });

  function retire(): void {
    if (inside === null) process.exit(0);
    void inside.doors.retire().then(end);
  }

  async function end(): Promise<never> {
    // Counts that nobody took would be lost; a successor may be about to come.
    const deadline = Date.now() + farewellMs;
    while (link.now() === null && Date.now() < deadline) await pause(25);
    const goodbye = link.now()?.ask('farewell', await orders.report(null));
    await Promise.race([goodbye?.catch(() => {}), pause(farewellMs)]);
    unregisterWorker('.');
    process.exit(0);
  }

  process.on('SIGTERM', retire);
  // Of a terminal, to the whole group: the primary process decides.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
}

interface Within {
  inside: () => Inside | null;
  enter: (what: Inside) => void;
  retire: () => void;
}

function workerOrders(
  { settings, listeners }: WorkerOptions,
  { inside, enter, retire }: Within,
): ObeyedOrders {
  const known = knownTable();
  const here = (): Inside => {
    const now = inside();
    if (now === null) throw new Error('this worker knows no routes yet');
    return now;
  };
  const showTable = (): void => inside()?.doors.chooser.replace(known.table());

  return {
    async know(start) {
      inside()?.activity.note();
      known.replace(start.table);
      if (inside() === null) {
        const doors = await workerDoors({ settings, listeners, start });
        const activity = workerActivity(doors.chooser);
        enter({ doors, activity, quiet: workerQuiet(doors.door.open) });
      }
      showTable();
      here().doors.certify(start.certificates);
    },
    listen: () => here().doors.listen(),
    change(change) {
      if (known.forgets(change)) inside()?.activity.note();
      known.change(change);
      showTable();
    },
    certify: (certificates) => here().doors.certify(certificates),
    report: () => ({ counts: here().doors.counters.take(), activity: here().activity.take() }),
    untilQuiet: (drain) => here().quiet.untilQuiet(drain),
    isQuiet: (drain) => here().quiet.isQuiet(drain),
    cut: (instances) => here().doors.door.open.cut(instances),
    retire,
  };
}

/** The table as this worker has it, so that only changes need to be sent. */
function knownTable() {
  const routes = new Map<string, SharedRoute>();
  let pauses: WorkerTable['pauses'] = [];
  return {
    table: (): WorkerTable => ({ routes: [...routes.values()], pauses }),

    replace(next: WorkerTable): void {
      routes.clear();
      for (const route of next.routes) routes.set(placeKey(route), route);
      ({ pauses } = next);
    },

    /** Something that had requests goes, or is somebody else's from now on. */
    forgets: ({ set, remove }: TableChange): boolean =>
      remove.length > 0 ||
      set.some((route) => {
        const before = routes.get(placeKey(route));
        return before !== undefined && before.environment !== route.environment;
      }),

    change({ set, remove, pauses: next }: TableChange): void {
      for (const place of remove) routes.delete(placeKey(place));
      for (const route of set) routes.set(placeKey(route), route);
      pauses = next ?? pauses;
    },
  };
}

/** Of a gateway process that gets our sockets. */
function successorArgv({ entry, listeners: { plain, tls }, settings }: WorkerOptions) {
  return {
    argv: [
      ...leanFlags,
      entry,
      '--directory',
      '.',
      '--inherit',
      listenerText({ ...plain, fd: 4 }),
      ...(tls === null ? [] : ['--inherit-tls', listenerText({ ...tls, fd: 5 })]),
      ...settingsFlags(settings),
    ],
    descriptors: [plain.fd, ...(tls === null ? [] : [tls.fd])],
  };
}
