import { rows, sql, type Queryable } from '../db/pool.ts';
import type { Rollout } from './rollout.ts';

/** Of which rollout, and at most how many: those of its own environment come first, then the newest. */
export type Meanwhile = Pick<Rollout, 'id' | 'environmentId' | 'startedAt' | 'endedAt'> & {
  most: number;
};

interface Where {
  at: Date;
  environment: string;
  environmentName: string;
}

const environmentsOfItsApp = ({ environmentId }: Meanwhile) =>
  sql`select e.id, e.name from environments e join environments mine on mine.app_id = e.app_id
      where mine.id = ${environmentId}`;

const within = ({ startedAt, endedAt }: Meanwhile) =>
  sql`between ${startedAt} and ${endedAt ?? 'infinity'}::timestamptz`;

/** What happened to the environments of an app while a rollout was under way. */
export const meanwhile = {
  /** All but the one that is rolled out. */
  deploys: (db: Queryable, of: Meanwhile) =>
    rows<Where & { number: number; commit: string }>(
      db,
      sql`select d.started_at as at, v.id as environment, v.name as "environmentName", d.number, d.commit
          from (${environmentsOfItsApp(of)}) v join deploys d on d.environment_id = v.id
          where d.id <> ${of.id} and d.started_at ${within(of)}
          order by v.id = ${of.environmentId} desc, d.started_at desc limit ${of.most}`,
    ),
  /** Events of these kinds. */
  told: <Kind extends string>(db: Queryable, of: Meanwhile, kinds: readonly Kind[]) =>
    rows<Where & { kind: Kind; text: string }>(
      db,
      sql`select e.at, v.id as environment, v.name as "environmentName", e.kind, e.text
          from events e join (${environmentsOfItsApp(of)}) v on v.id = e.environment
          where e.kind = any(${[...kinds]}::text[]) and e.at ${within(of)}
          order by v.id = ${of.environmentId} desc, e.id desc limit ${of.most}`,
    ),
};
