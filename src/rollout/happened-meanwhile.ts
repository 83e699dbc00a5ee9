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

/** Events, by what they are in a chart. Deploys are read from their own table. */
const kinds = {
  'rolled-back': 'rollback',
  'lane-locked': 'lock',
  'lane-lifted': 'lock',
} as const satisfies Record<string, Happening['kind']>;
const told = Object.keys(kinds) as (keyof typeof kinds)[];

const most = 100;

/** To the environments of its app while it was under way, oldest first: its own first where it is too much. Reads only. */
export async function happenedMeanwhile(db: Queryable, rollout: Rollout): Promise<Happening[]> {
  const of = { ...rollout, most };
  const [deploys, events] = await Promise.all([
    meanwhile.deploys(db, of),
    meanwhile.told(db, of, told),
  ]);
  const begun = deploys.map(({ number, commit, ...where }) => ({
    ...where,
    kind: 'deploy' as const,
    text: `deploy ${number} of ${where.environmentName} (${commit.slice(0, 7)}) began`,
  }));
  const others = events.map(({ kind, ...one }) => ({ ...one, kind: kinds[kind] }));
  return [...begun, ...others].toSorted((one, other) => one.at.getTime() - other.at.getTime());
}
