import type { Socket } from 'node:net';

/** One request or upgraded connection, from its head to its last byte. */
export interface Work {
  readonly host: string;
  readonly socket: Socket;
  /** False for uptime checks and crawlers, which keep nothing awake. */
  readonly counts: boolean;
  /** Says who has it now; a request that could not be sent moves to the next instance. */
  givenTo(instance: string): void;
  /** What to do when a drain's patience ends. */
  cut: () => void;
  /** Repeatable. */
  end: () => void;
}

export interface OpenWork {
  begin(about: Pick<Work, 'host' | 'socket' | 'counts'>): Work;
  all(): Iterable<Work>;
  openAt(host: string): number;
  drain(instances: readonly string[], limitMs: number): Promise<{ cutOff: number }>;
}

/** Counts what is open per instance and per host, also of instances that no route names any more. */
export function openWork(): OpenWork {
  const works = new Set<Work>();
  const hosts = new Map<string, number>();
  const instances = new Map<string, Set<Work>>();
  const watchers = new Set<() => void>();

  function leave(instance: string | null, work: Work): void {
    if (instance === null) return;
    const here = instances.get(instance);
    here?.delete(work);
    if (here?.size === 0) instances.delete(instance);
    for (const look of watchers) look();
  }

  const openOf = (names: ReadonlySet<string>): Work[] =>
    [...names].flatMap((name) => [...(instances.get(name) ?? [])]);

  return {
    all: () => works,
    openAt: (host) => hosts.get(host) ?? 0,

    begin(about) {
      let instance: string | null = null;
      const work: Work = {
        ...about,
        cut: () => about.socket.destroy(),
        givenTo(next) {
          leave(instance, work);
          instance = next;
          const here = instances.get(next) ?? new Set();
          instances.set(next, here.add(work));
        },
        end() {
          if (!works.delete(work)) return;
          decrease(hosts, about.host);
          leave(instance, work);
        },
      };
      works.add(work);
      hosts.set(about.host, (hosts.get(about.host) ?? 0) + 1);
      return work;
    },

    async drain(names, limitMs) {
      const drained = new Set(names);
      await until({ isDone: () => openOf(drained).length === 0, watchers, limitMs });
      const left = openOf(drained);
      for (const work of left) work.cut();
      return { cutOff: left.length };
    },
  };
}

function until(wait: {
  isDone: () => boolean;
  watchers: Set<() => void>;
  limitMs: number;
}): Promise<void> {
  const { isDone, watchers, limitMs } = wait;
  if (isDone()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      watchers.delete(look);
      resolve();
    };
    const look = () => {
      if (isDone()) finish();
    };
    const timer = setTimeout(finish, limitMs);
    watchers.add(look);
  });
}

function decrease(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left === 0) counts.delete(key);
  else counts.set(key, left);
}
