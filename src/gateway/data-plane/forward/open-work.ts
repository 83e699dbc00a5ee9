/** What one instance has to do with this worker. */
export interface InstanceWork {
  readonly instance: string;
  /** Requests and upgraded connections under way. */
  open: number;
  /** Connections to it, used or not. */
  connections: number;
  /** Whether it leaves unused connections open for seconds: 'no' once it closed one early. */
  keepsOpen: 'unknown' | 'yes' | 'no';
  /** When the latest request came whose cookie named it, in ms since 1970; 0: none did. */
  lastStickyMs: number;
}

/** What is open per instance, also of instances that no route names any more. Safe to ask at any time. */
export interface OpenWork {
  openOf(instances: Iterable<string>): number;
  /** Ends what is open at once, both sides of it; how many that were. */
  cut(instances: Iterable<string>): number;
  /** The latest of them, in ms since 1970; 0: never. */
  lastSticky(instances: Iterable<string>): number;
  /** Called when an instance's last open request or connection has ended. */
  onIdle: ((instance: string) => void) | null;
}

export interface WorkBook extends OpenWork {
  of(instance: string): InstanceWork;
  begin(work: InstanceWork): void;
  end(work: InstanceWork): void;
}

const manyRecords = 512;
const forgetAfterMs = 86_400_000;

/** `cut` ends everything open at instances of these names; the book itself only counts. */
export function openWork(cut: (instances: ReadonlySet<string>) => number): WorkBook {
  const records = new Map<string, InstanceWork>();

  const book: WorkBook = {
    onIdle: null,

    of(instance) {
      const known = records.get(instance);
      if (known !== undefined) return known;
      if (records.size >= manyRecords) forgetOld(records);
      const work: InstanceWork = {
        instance,
        open: 0,
        connections: 0,
        keepsOpen: 'unknown',
        lastStickyMs: 0,
      };
      records.set(instance, work);
      return work;
    },

    begin(work) {
      work.open += 1;
    },

    end(work) {
      work.open -= 1;
      if (work.open === 0 && book.onIdle !== null) book.onIdle(work.instance);
    },

    openOf: (instances) => sum(instances, (name) => records.get(name)?.open ?? 0),
    lastSticky: (instances) =>
      Math.max(0, ...Array.from(instances, (name) => records.get(name)?.lastStickyMs ?? 0)),
    cut: (instances) => cut(new Set(instances)),
  };
  return book;
}

/** One that still has a connection may be counted in again; it stays. */
function forgetOld(records: Map<string, InstanceWork>): void {
  const longAgo = Date.now() - forgetAfterMs;
  for (const { instance, open, connections, lastStickyMs } of records.values()) {
    if (open === 0 && connections === 0 && lastStickyMs < longAgo) records.delete(instance);
  }
}

function sum(names: Iterable<string>, of: (name: string) => number): number {
  let total = 0;
  for (const name of names) total += of(name);
  return total;
}
