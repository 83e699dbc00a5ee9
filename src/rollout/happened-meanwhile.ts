import type { Queryable } from '../db/pool.ts';
import { meanwhile } from './meanwhile-tables.ts';
import type { Rollout } from './rollout.ts';

/** What may explain a bend in the charts of a rollout. */
export interface Happening {
  at: Date;
  kind: 'deploy' | 'rollback' | 'lock';
  environment: string;
  environmentName: string;
  /** In words. */
  text: string;
}

const kinds: Readonly<Record<string, Happening['kind']>> = {
  'rolled-back': 'rollback',
  'lane-locked': 'lock',
  'lane-lifted': 'lock',
};

const most = 100;

/** To the environments of its app while it was under way, oldest first: its own first where it is too much. Reads only. */
export async function happenedMeanwhile(db: Queryable, rollout: Rollout): Promise<Happening[]> {
  const of = { ...rollout, most };
  const [deploys, told] = await Promise.all([
    meanwhile.deploys(db, of),
    meanwhile.told(db, of, Object.keys(kinds)),
  ]);
  const begun = deploys.map(({ number, commit, ...where }) => ({
    ...where,
    kind: 'deploy' as const,
    text: `deploy ${number} of ${where.environmentName} (${commit.slice(0, 7)}) began`,
  }));
  const others = told.map(({ kind, ...one }) => ({ ...one, kind: kinds[kind] ?? 'lock' }));
  return [...begun, ...others].toSorted((one, other) => one.at.getTime() - other.at.getTime());
}
