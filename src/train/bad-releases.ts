import type { LiveDeploy } from './delivery-tables.ts';
import type { Release, Serving } from './production-history.ts';
import type { ReleasedChange } from './released-changes.ts';

interface History {
  releases: readonly Release[];
  deploys: readonly LiveDeploy[];
  servings: readonly Serving[];
  changes: readonly ReleasedChange[];
  reverts: readonly { commit: string; at: Date }[];
  /** Deploys failed then, and nothing served. */
  failures: readonly { at: Date }[];
}

/** Users had something bad, or nothing, from then until then. */
export interface Repair {
  brokenAt: Date;
  restoredAt: Date;
}

/** Releases that were rolled back, or taken back on the main branch after users had them. */
export function badReleases(history: History): Set<Release> {
  return new Set(
    history.releases.filter(
      (release) => isUndone(release) || revertedAt(history, release) !== null,
    ),
  );
}

/** Until something that is not bad had all requests. What is not restored yet is missing. */
export function repairsOf(history: History, bad: ReadonlySet<Release>): Repair[] {
  const badDeploys = new Set(history.deploys.filter((one) => one.isUndone).map(({ id }) => id));
  for (const { deploys } of bad) for (const { id } of deploys) badDeploys.add(id);
  const restoredAfter = (after: Date): Date | null =>
    history.servings.find(({ at, deploy }) => at > after && !badDeploys.has(deploy))?.at ?? null;
  const repairs = [...bad].flatMap((release) => {
    const { usersAt: brokenAt } = release;
    // What comes before the revert still has what was reverted.
    const from = isUndone(release) ? brokenAt : (revertedAt(history, release) ?? brokenAt);
    const restoredAt = restoredAfter(from);
    return restoredAt === null ? [] : [{ brokenAt, restoredAt }];
  });
  return [...repairs, ...outages(history, restoredAfter)];
}

/** Production was there before, was made anew, and its deploy failed. One that was never there is missed by nobody. */
function outages(
  { servings, failures }: History,
  restoredAfter: (after: Date) => Date | null,
): Repair[] {
  const found: Repair[] = [];
  for (const { at: brokenAt } of failures) {
    const restoredAt = restoredAfter(brokenAt);
    const isKnown = found.some((one) => one.restoredAt.getTime() === restoredAt?.getTime());
    if (restoredAt !== null && !isKnown && servings.some(({ at }) => at < brokenAt))
      found.push({ brokenAt, restoredAt });
  }
  return found;
}

const isUndone = ({ deploys }: Release): boolean => deploys.some((deploy) => deploy.isUndone);

/** When the first of what it brought was reverted, after its users had it. */
function revertedAt({ changes, reverts }: History, release: Release): Date | null {
  const late = reverts.filter(({ at }) => at > release.usersAt);
  const brought = (commit: string): boolean =>
    commit === release.commit ||
    changes.some((change) => change.commit === commit && change.release === release);
  return late.find(({ commit }) => brought(commit))?.at ?? null;
}
