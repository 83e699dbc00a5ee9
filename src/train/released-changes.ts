import type { ArrivedPush, LiveDeploy } from './delivery-tables.ts';
import type { Release } from './production-history.ts';

/** A push of the main branch and the release that brought it to all users. */
export interface ReleasedChange {
  release: Release;
  commit: string;
  arrivedAt: Date;
  releasedAt: Date;
}

interface Rows {
  releases: readonly Release[];
  /** Of the main branch, oldest first. */
  pushes: readonly ArrivedPush[];
  /** Everything until then was released before; null: nothing was ever. */
  releasedUntil: Date | null;
  isReverted(commit: string): boolean;
}

/**
 * Each push counts once, with the first release that had all requests and was of it or of a newer one: what was overtaken on
 * its way comes with what overtook it, what was rolled back half-way with the next. Of the first release ever only its
 * own push counts. What a train left behind comes with the next release.
 */
export function releasedChanges(rows: Rows): ReleasedChange[] {
  const { pushes } = rows;
  const byCommit = Map.groupBy(pushes, ({ commit }) => commit);
  const found: ReleasedChange[] = [];
  let until = rows.releasedUntil;
  let leftBehind: ArrivedPush[] = [];
  for (const release of byRelease(rows.releases)) {
    const { releasedAt, first } = release;
    const head = byCommit.get(first.boarded)?.findLast(({ at }) => at <= releasedAt);
    if (!head || (until !== null && head.at <= until)) continue;
    const fresh = until === null ? [head] : between(pushes, until, head.at);
    const isEjected = ({ commit }: ArrivedPush): boolean => first.ejected.includes(commit);
    const all = [...leftBehind.filter(({ commit }) => !rows.isReverted(commit)), ...fresh];
    for (const push of all.filter((one) => !isEjected(one)))
      found.push({
        release: release.release,
        commit: push.commit,
        arrivedAt: push.at,
        releasedAt,
      });
    leftBehind = all.filter(isEjected);
    until = head.at;
  }
  return found;
}

/** Of many, sorted by their times: after the one and until the other. */
function between(pushes: readonly ArrivedPush[], after: Date, until: Date): ArrivedPush[] {
  return pushes.slice(firstAfter(pushes, after), firstAfter(pushes, until));
}

function firstAfter(pushes: readonly ArrivedPush[], time: Date): number {
  let [low, high] = [0, pushes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pushes[middle]?.at ?? time) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function byRelease(releases: readonly Release[]) {
  return releases
    .flatMap((release) => {
      const { releasedAt, deploys } = release;
      const first: LiveDeploy | undefined = deploys[0];
      return releasedAt === null || !first ? [] : [{ release, releasedAt, first }];
    })
    .sort((one, other) => one.releasedAt.getTime() - other.releasedAt.getTime());
}
