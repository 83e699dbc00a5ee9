/** A kept copy of a store's data, made from staging, production or a dump; clones are made from it. */
export interface Snapshot {
  id: string;
  appId: string;
  store: string;
  /** Its database's name on the server. */
  database: string;
  source: 'staging' | 'production' | 'import';
  /** The commit on main that its data belongs to; null: nobody said (an import without --commit). */
  commit: string | null;
  /** What the ledger held, oldest first; the last one is the migration head. */
  migrations: string[];
  bytes: number | null;
  how: string | null;
  state: 'taking' | 'ready' | 'failed' | 'dropping' | 'dropped';
  reason: string | null;
  takenAt: Date;
}

export interface Choice {
  /** null: start empty. */
  snapshot: Snapshot | null;
  /** Which and why, for people. */
  reason: string;
}

/**
 * The newest snapshot whose commit the branch already contains when it left main: never ahead of the
 * branch's code, so its migrations only have to be applied, never undone. `isInHistory` says whether a
 * commit is an ancestor of (or is) the branch's merge-base with main.
 */
export async function chooseSnapshot(
  newestFirst: readonly Snapshot[],
  isInHistory: (commit: string) => Promise<boolean>,
): Promise<Choice> {
  let ahead = 0;
  for (const snapshot of newestFirst) {
    if (snapshot.commit === null) continue;
    if (await isInHistory(snapshot.commit)) return { snapshot, reason: because(snapshot, ahead) };
    ahead += 1;
  }
  const undated = newestFirst.find((snapshot) => snapshot.commit === null);
  if (undated) {
    const reason = `snapshot ${named(undated)}: imported without a commit, so nobody can tell whether it fits this branch`;
    return { snapshot: undated, reason };
  }
  return {
    snapshot: null,
    reason:
      ahead === 0
        ? 'empty: there is no snapshot yet (signalbox snapshot take staging)'
        : `empty: all ${ahead} snapshots are ahead of where this branch left main`,
  };
}

function because(snapshot: Snapshot, ahead: number): string {
  const newest =
    ahead === 0
      ? 'the newest one'
      : `the newest one this branch's code knows; ${ahead} newer ${ahead === 1 ? 'is' : 'are'} ahead of where it left main`;
  return `snapshot ${named(snapshot)}: ${newest}`;
}

/** How people recognise a snapshot: where from, when, at which commit and migration. */
export function named({ id, source, takenAt, commit, migrations }: Snapshot): string {
  const head = migrations.at(-1);
  const at = [commit?.slice(0, 7), head && `migration ${head}`].filter(Boolean).join(', ');
  return `${id} (${source}, ${takenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC${at ? `, ${at}` : ''})`;
}

export { snapshots } from './tables.ts';
