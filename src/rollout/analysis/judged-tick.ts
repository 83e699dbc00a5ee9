/** One second (or merged seconds) of one arm: integers only. */
export interface ArmCounts {
  requests: number;
  bad: number;
  /** Requests slower than each cut point; [] while no cut points are known. */
  slower: readonly number[];
}

/** Requests and bad ones. */
export interface BadCounts {
  requests: number;
  bad: number;
}

/** What the judge reads: one tick of both arms. */
export interface JudgedTick {
  candidate: ArmCounts;
  stable: ArmCounts;
  /** Per stable instance, for the dispersion guard; `slower` guards latency too, where it is known. */
  replicas: readonly (BadCounts & { slower?: readonly number[] })[];
  /** Further sources: name → counts per arm. */
  extra: Readonly<Record<string, { candidate: BadCounts; stable: BadCounts }>>;
  /** The candidate's configured share in this tick, 0 to 1; null: not to be checked, the weights have just changed. */
  share: number | null;
  /**
   * Those for whom the weights alone chose the arm: only they are a fair draw where users keep theirs. Absent: all
   * requests are.
   */
  newcomers?: { candidate: number; stable: number };
}

/** Throws a plain Error when no traffic could have been counted so. */
export function refuseImpossible({
  candidate,
  stable,
  replicas,
  extra,
  share,
  newcomers,
}: JudgedTick): void {
  const arms = { candidate, stable };
  for (const [name, arm] of Object.entries(arms)) {
    refuseCounts(name, arm);
    refuseSlower(name, arm);
  }
  for (const replica of replicas) {
    refuseCounts('a replica', replica);
    refuseSlower('a replica', { slower: [], ...replica });
  }
  for (const [name, source] of Object.entries(extra)) {
    refuseCounts(`${name} of the candidate`, source.candidate);
    refuseCounts(`${name} of the stable release`, source.stable);
  }
  for (const [name, count] of Object.entries(newcomers ?? {}))
    refuseCounts(`newcomers of the ${name}`, { requests: count, bad: 0 });
  if (share !== null && !(share >= 0 && share <= 1))
    throw new Error(`A share of ${share} cannot be: it is between 0 and 1.`);
}

function refuseCounts(name: string, { requests, bad }: BadCounts): void {
  if (!isCount(requests))
    throw new Error(`${name}: ${requests} requests in a tick cannot be counted.`);
  if (!isCount(bad) || bad > requests)
    throw new Error(`${name}: ${bad} of ${requests} requests cannot be bad.`);
}

function refuseSlower(
  name: string,
  { requests, slower }: { requests: number; slower: readonly number[] },
): void {
  for (const count of slower)
    if (!isCount(count) || count > requests)
      throw new Error(`${name}: ${count} of ${requests} requests cannot be slow.`);
}

const isCount = (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= mostRequests;

/** Above it the work for one tick would no longer be small. */
const mostRequests = 1e9;
