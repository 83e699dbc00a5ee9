import type { Occupant } from './node-tables.ts';

/** One of an app's nodes, and who is there. */
export interface Seat {
  number: number;
  /** The branch it was given to; its environment may not be there yet, or not any more. */
  holder: string | null;
  /** Whose environment answers there: another branch's until the holder's is ready to take its place. */
  occupant: Pick<Occupant, 'branch' | 'state' | 'pushedAt' | 'keptUntil'> | null;
  /** When it was given to anybody last; null: never. */
  givenAt: Date | null;
}

export interface Asking {
  branch: string;
  /** The node it had last. */
  before: number | null;
  /** Branches that somebody is building or deploying. */
  working: ReadonlySet<string>;
  now: Date;
}

/**
 * The node a branch gets: the one it has; else the one it had, where that is free or still its own; else a free
 * one, preferably one that nobody may come back to; else the one unchanged for longest, unless somebody works on
 * it or it is kept. null: there is none.
 */
export function chooseNode(seats: readonly Seat[], asking: Asking): number | null {
  const { branch, before } = asking;
  const held = seats.find(({ holder }) => holder === branch);
  if (held) return held.number;
  const had = seats.find(({ number }) => number === before);
  if (had && (isFree(had, asking) || isStillIts(had, asking))) return had.number;
  const free = seats.filter((seat) => isFree(seat, asking)).toSorted(byLastGiven)[0];
  if (free) return free.number;
  const old = seats.filter((seat) => mayBeTaken(seat, asking)).toSorted(byChange)[0];
  return old?.number ?? null;
}

const isTaken = ({ holder }: Seat, { working, branch }: Asking): boolean =>
  holder !== null && holder !== branch && working.has(holder);

const isEmpty = ({ occupant }: Seat): boolean =>
  occupant === null || occupant.state === 'destroying';

const isFree = (seat: Seat, asking: Asking): boolean => isEmpty(seat) && !isTaken(seat, asking);

const isStillIts = (seat: Seat, asking: Asking): boolean =>
  seat.occupant?.branch === asking.branch && !isTaken(seat, asking);

function mayBeTaken(seat: Seat, asking: Asking): boolean {
  const { occupant } = seat;
  if (isTaken(seat, asking) || occupant === null) return false;
  const { branch, keptUntil } = occupant;
  return !asking.working.has(branch) && (keptUntil === null || keptUntil <= asking.now);
}

const byLastGiven = (one: Seat, other: Seat): number =>
  (one.givenAt?.getTime() ?? 0) - (other.givenAt?.getTime() ?? 0) || one.number - other.number;

const byChange = (one: Seat, other: Seat): number =>
  (one.occupant?.pushedAt.getTime() ?? 0) - (other.occupant?.pushedAt.getTime() ?? 0) ||
  one.number - other.number;
