import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Plan } from './plan-push.ts';

export interface ReviewWait {
  push: string;
  appId: string;
  plan: Plan;
  since: Date;
  reason: string;
}

interface WaitRow extends Omit<ReviewWait, 'plan'> {
  plan: Omit<Plan, 'config'>;
  config: Plan['config'];
}

const columns = sql.raw(
  `w.push_id as push, w.app_id as "appId", w.plan, w.config, w.since, w.reason`,
);

const whole = ({ config, plan, ...wait }: WaitRow): ReviewWait => ({
  ...wait,
  plan: { ...plan, config },
});

export const reviewWaits = {
  /** Repeatable; the reason is the newest. */
  put: (
    db: Queryable,
    { config, ...plan }: Plan,
    { reason, now, lookAt }: { reason: string; now: Date; lookAt: Date },
  ) =>
    changed(
      db,
      sql`insert into review_waits (push_id, app_id, commit, plan, config, since, look_at, reason)
          values (${plan.push}, ${plan.appId}, ${plan.commit}, ${JSON.stringify(plan)}::jsonb,
            ${JSON.stringify(config)}::jsonb, ${now}, ${lookAt}, ${reason})
          on conflict (push_id) do update set look_at = excluded.look_at, reason = excluded.reason`,
    ),
  /** Newest first: with a commit goes whatever waits before it. */
  due: async (db: Queryable, now: Date): Promise<ReviewWait[]> =>
    (
      await rows<WaitRow>(
        db,
        sql`select ${columns} from review_waits w join apps a on a.id = w.app_id and a.removed_at is null
            join pushes p on p.id = w.push_id
            where w.look_at <= ${now}
            order by p.at desc`,
      )
    ).map(whole),
  /** All of an app are due now. */
  hurry: (db: Queryable, appId: string, now: Date) =>
    changed(
      db,
      sql`update review_waits set look_at = ${now} where app_id = ${appId} and look_at > ${now}`,
    ),
  end: (db: Queryable, push: string) =>
    changed(db, sql`delete from review_waits where push_id = ${push}`),
  /** What whoever looks at the push reads, after it has ended too. */
  say: (db: Queryable, push: string, reason: string) =>
    changed(db, sql`update pushes set reason = ${reason} where id = ${push} and state = 'passed'`),
};

export const greenCommits = {
  add: (db: Queryable, { appId, commit, now }: { appId: string; commit: string; now: Date }) =>
    changed(
      db,
      sql`insert into green_commits (app_id, commit, at) values (${appId}, ${commit}, ${now})
          on conflict (app_id, commit) do nothing`,
    ),
  newest: (db: Queryable, appId: string, limit: number) =>
    rows<{ commit: string }>(
      db,
      sql`select commit from green_commits where app_id = ${appId} order by ordinal desc limit ${limit}`,
    ),
  /** Where its push began. */
  beforePush: (db: Queryable, push: string) =>
    row<{ commit: string | null }>(
      db,
      sql`select before_commit as commit from pushes where id = ${push}`,
    ),
};
