import { rows, sql, type Queryable } from '../db/pool.ts';

/** What somebody changed, as the timeline tells it. */
export interface ToldChange {
  id: number;
  at: Date;
  actor: string;
  action: string;
  /** The app or environment it was done to, in the caller's words, or whatever else it was. */
  target: string;
  /** Where the target is an environment's id. */
  environment: string | null;
  environmentName: string | null;
  app: string | null;
  text: string;
}

export interface ChangePage {
  /** Entries with a smaller id. */
  before: number;
  /** What may stand first in their subject, and the actions for which it means that; null: all. */
  about: {
    targets: readonly string[];
    beginning: string | null;
    actions: readonly string[];
  } | null;
  /** Environments whose ids are meant as well, as all of this app's. */
  appId: string | null;
  text: string | null;
  limit: number;
}

const target = sql`split_part(subject, ' ', 1)`;
const told = sql`concat(action, ' ', subject, ': ' || (details ->> 'reason'), ' (' || (details ->> 'outcome') || ')')`;

/** Newest first. */
export const pageOfChanges = (db: Queryable, of: ChangePage): Promise<ToldChange[]> =>
  rows<ToldChange>(
    db,
    sql`select c.id, c.at, c.actor, c.action, c.target, v.id as environment, v.name as "environmentName", a.name as app,
          c.text
        from (select id, at, actor, action, ${target} as target, ${told} as text from audit
            where id < ${of.before} and ${isAbout(of)}
              and ${of.text === null ? sql`true` : sql`strpos(lower(${told}), lower(${of.text}::text)) > 0`}
            order by id desc limit ${of.limit}) c
          left join environments v on v.id = c.target
          left join apps a on a.id = v.app_id
        order by c.id desc`,
  );

function isAbout({ about, appId }: ChangePage) {
  if (about === null) return sql`true`;
  const { targets, beginning, actions } = about;
  return sql`action = any(${[...actions]}::text[]) and (${target} = any(${[...targets]}::text[])
    or ${beginning}::text is not null and starts_with(subject, ${beginning}::text)
    or ${appId}::text is not null and ${target} in (select id from environments where app_id = ${appId}))`;
}
