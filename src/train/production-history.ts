import type { LiveDeploy } from './delivery-tables.ts';

/** One change of what production's users had, with deploys of the same commit that came right after it. */
export interface Release {
  commit: string;
  usersAt: Date;
  /** null: it never had all requests. */
  releasedAt: Date | null;
  /** The deploys it is made of; the first one brought it. */
  deploys: LiveDeploy[];
}

/** From then on all requests were this deploy's. */
export interface Serving {
  at: Date;
  deploy: string;
  commit: string;
}

/** What served in production and since when, oldest first: releases, and what rollbacks went back to. */
export const servingsOf = (
  deploys: readonly LiveDeploy[],
  waysBack: readonly Serving[],
): Serving[] =>
  [
    ...deploys.flatMap(({ id, commit, releasedAt }) =>
      releasedAt === null ? [] : [{ at: releasedAt, deploy: id, commit }],
    ),
    ...waysBack,
  ].sort((one, other) => one.at.getTime() - other.at.getTime());

/**
 * What brought something else than what served, oldest first. A deploy of the same commit as what serves (restarted, other
 * variables) belongs to the release before it; one that a rollback asked for is none.
 */
export function releasesOf(
  deploys: readonly LiveDeploy[],
  servings: readonly Serving[],
): Release[] {
  const found: Release[] = [];
  const newest = new Map<string, Release>();
  let passed = 0;
  for (const deploy of deploys) {
    const { commit, usersAt, releasedAt } = deploy;
    // Both are in the order of their times.
    while ((servings[passed]?.at ?? usersAt) < usersAt) passed += 1;
    const before = servings[passed - 1]?.commit;
    if (deploy.isWayBack) continue;
    const same = commit === before ? newest.get(commit) : undefined;
    if (same) {
      same.deploys.push(deploy);
      same.releasedAt ??= releasedAt;
    } else if (commit !== before) {
      const release = { commit, usersAt, releasedAt, deploys: [deploy] };
      newest.set(commit, release);
      found.push(release);
    }
  }
  return found;
}
