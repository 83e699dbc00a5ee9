import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Plan } from '../environments/plan-push.ts';
import type {
  Candidate,
  CandidateStage,
  CandidateState,
  GateAnswer,
  Stage,
  StageState,
} from './candidate.ts';

const columns =
  sql.raw(`c.id, c.app_id as "appId", a.name as app, c.number, c.push_id as push, c.branch,
  c.commit, c.state, c.reason, c.created_at as "createdAt", c.ended_at as "endedAt"`);
const from = sql.raw('candidates c join apps a on a.id = c.app_id');

/**
 * Of a candidate `c`: its deploy into production, or into its last stage, was rolled back and does not serve again. A
 * release that had to be started again takes its place without a word in the bad one's row.
 */
export const isUndone = sql`exists (
  select from candidate_stages undone join deploys d on d.id = undone.deploy_id
  where undone.candidate_id = c.id
    and (undone.name = 'production' or undone.ordinal =
      (select max(ordinal) from candidate_stages last where last.candidate_id = c.id))
    and (d.state = 'rolled-back' or d.state <> 'live' and exists (
      select from rollbacks r where r.from_deploy = d.id and not exists (
        select from rollbacks later where later.to_deploy = d.id and later.at > r.at))))`;

export const candidates = {
  /** Candidates of one app get their numbers one after the other; ends with the transaction. */
  lockNumbers: (tx: Queryable, appId: string) =>
    changed(tx, sql`select pg_advisory_xact_lock(hashtext('candidates:' || ${appId}))`),
  add: (tx: Queryable, id: string, { config, ...plan }: Plan) =>
    changed(
      tx,
      sql`insert into candidates (id, app_id, number, push_id, branch, commit, tree, artifact_key, config, plan, state)
          select ${id}, ${plan.appId}, coalesce(max(number), 0) + 1, ${plan.push}, ${plan.branch}, ${plan.commit},
            ${plan.tree}, ${plan.artifact}, ${JSON.stringify(config)}::jsonb, ${JSON.stringify(plan)}::jsonb, 'running'
          from candidates where app_id = ${plan.appId}`,
    ),
  get: (db: Queryable, id: string) =>
    row<Candidate>(db, sql`select ${columns} from ${from} where c.id = ${id}`),
  /** Locks its row until the transaction ends. */
  lock: (tx: Queryable, id: string) =>
    row<Candidate>(tx, sql`select ${columns} from ${from} where c.id = ${id} for update of c`),
  ofPush: (db: Queryable, push: string) =>
    row<Candidate>(db, sql`select ${columns} from ${from} where c.push_id = ${push}`),
  byNumber: (db: Queryable, app: string, number: number) =>
    row<Candidate>(
      db,
      sql`select ${columns} from ${from} where a.name = ${app} and a.removed_at is null and c.number = ${number}`,
    ),
  /** Newest first. */
  recent: (db: Queryable, app: string, limit: number) =>
    rows<Candidate>(
      db,
      sql`select ${columns} from ${from} where a.name = ${app} and a.removed_at is null
          order by c.number desc limit ${limit}`,
    ),
  open: (db: Queryable) =>
    rows<Candidate>(db, sql`select ${columns} from ${from} where c.ended_at is null order by c.id`),
  /** What its push was going to do. */
  plan: async (db: Queryable, id: string): Promise<Plan | null> => {
    const found = await row<{ plan: Omit<Plan, 'config'>; config: Plan['config'] }>(
      db,
      sql`select plan, config from candidates where id = ${id}`,
    );
    return found && { ...found.plan, config: found.config };
  },
  /** What is in production by the pipeline, and was not rolled back there. */
  lastReleased: (db: Queryable, appId: string) =>
    row<Candidate>(
      db,
      sql`select ${columns} from ${from} where c.app_id = ${appId} and c.state = 'released' and not ${isUndone}
          order by c.number desc limit 1`,
    ),
  /** Older ones of the same app that have not ended. */
  olderOpen: (db: Queryable, id: string) =>
    rows<{ id: string }>(
      db,
      sql`select older.id from candidates older join candidates mine
            on mine.app_id = older.app_id and older.number < mine.number
          where mine.id = ${id} and older.ended_at is null`,
    ),
  openOf: (db: Queryable, appId: string) =>
    rows<{ id: string }>(
      db,
      sql`select id from candidates where app_id = ${appId} and ended_at is null`,
    ),
  /** The newest later one that has everything before this stage behind it, and has not ended badly. */
  overtaking: (db: Queryable, id: string, stage: string) =>
    row<{ number: number; commit: string }>(
      db,
      sql`select c.number, c.commit from candidates mine
            join candidates c on c.app_id = mine.app_id and c.number > mine.number
              and c.state in ('running', 'waiting', 'released')
            join candidate_stages s on s.candidate_id = c.id and s.name = ${stage}
          where mine.id = ${id} and not exists (
            select from candidate_stages b where b.candidate_id = c.id and b.ordinal < s.ordinal
              and b.state not in ('passed', 'skipped') and not (b.optional and b.state = 'failed'))
          order by c.number desc limit 1`,
    ),
  /** Says what it does, unless it has ended; whether that is news. */
  say: async (
    db: Queryable,
    id: string,
    now: { state: 'running' | 'waiting'; reason: string | null },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidates set state = ${now.state}, reason = ${now.reason}
          where id = ${id} and ended_at is null
            and (state <> ${now.state} or reason is distinct from ${now.reason}::text)`,
    )) > 0,
  /** The first ending counts; false: it had ended. */
  end: async (
    db: Queryable,
    id: string,
    end: { state: CandidateState; reason: string | null },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidates set state = ${end.state}, reason = ${end.reason}, ended_at = now()
          where id = ${id} and ended_at is null`,
    )) > 0,
};

const stageColumns =
  sql.raw(`s.ordinal, s.name, s.environment, s.approval, s.optional, s.state, s.environment_id as "environmentId",
  s.deploy_id as "deployId", s.reason, s.fix, s.log_tail as "logTail", s.asked_of as "askedOf", s.unreachable,
  s.skip_by as "skipBy", s.skip_reason as "skipReason", s.asked_at as "askedAt", s.started_at as "startedAt",
  s.ended_at as "endedAt", s.kept_until as "keptUntil"`);

export interface StageAt {
  candidate: string;
  stage: string;
}

export const candidateStages = {
  add: (tx: Queryable, candidate: string, stages: readonly Stage[]) =>
    changed(
      tx,
      sql`insert into candidate_stages (candidate_id, ordinal, name, environment, approval, optional)
          select ${candidate}, ordinality, value ->> 'name', value ->> 'environment', value ->> 'approval',
            (value ->> 'optional')::boolean
          from jsonb_array_elements(${JSON.stringify(stages)}::jsonb) with ordinality`,
    ),
  of: (db: Queryable, candidates: readonly string[]) =>
    rows<CandidateStage & { candidate: string }>(
      db,
      sql`select s.candidate_id as candidate, ${stageColumns} from candidate_stages s
          where s.candidate_id = any(${[...candidates]}) order by s.candidate_id, s.ordinal`,
    ),
  get: (db: Queryable, { candidate, stage }: StageAt) =>
    row<CandidateStage>(
      db,
      sql`select ${stageColumns} from candidate_stages s
          where s.candidate_id = ${candidate} and s.name = ${stage}`,
    ),
  /** Whom it asks is said once. */
  ask: (
    db: Queryable,
    { candidate, stage }: StageAt,
    whom: Pick<CandidateStage, 'askedOf' | 'unreachable'>,
  ) =>
    changed(
      db,
      sql`update candidate_stages set state = 'asking', asked_at = now(),
            asked_of = ${whom.askedOf}::text[], unreachable = ${whom.unreachable}::text[]
          where candidate_id = ${candidate} and name = ${stage} and state = 'waiting'`,
    ),
  explain: (db: Queryable, { candidate, stage }: StageAt, reason: string) =>
    changed(
      db,
      sql`update candidate_stages set reason = ${reason}
          where candidate_id = ${candidate} and name = ${stage} and state in ('waiting', 'asking')`,
    ),
  /** Known before anything runs there, so that it is found again. */
  place: (db: Queryable, { candidate, stage }: StageAt, environmentId: string) =>
    changed(
      db,
      sql`update candidate_stages set environment_id = ${environmentId}
          where candidate_id = ${candidate} and name = ${stage}`,
    ),
  /** From now on no newer candidate overtakes it here; false: it had begun. */
  begin: async (db: Queryable, { candidate, stage }: StageAt, deployId: string): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidate_stages set state = 'running', started_at = now(), reason = null,
            deploy_id = ${deployId}
          where candidate_id = ${candidate} and name = ${stage} and state in ('waiting', 'asking')`,
    )) > 0,
  /** The first ending counts; false: it had ended. */
  end: async (
    db: Queryable,
    { candidate, stage }: StageAt,
    end: {
      state: StageState;
      reason: string | null;
      fix?: readonly string[];
      logTail?: string | null;
      keptUntil?: Date | null;
    },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidate_stages set state = ${end.state}, reason = ${end.reason}, fix = ${[...(end.fix ?? [])]}::text[],
            log_tail = ${end.logTail ?? null}, kept_until = ${end.keptUntil ?? null}, ended_at = now()
          where candidate_id = ${candidate} and name = ${stage} and state in ('waiting', 'asking', 'running')`,
    )) > 0,
  /** Somebody wants an optional one skipped; false: its turn is over or it runs. */
  skip: async (
    db: Queryable,
    { candidate, stage }: StageAt,
    wish: { by: string; reason: string },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidate_stages set skip_by = ${wish.by}, skip_reason = ${wish.reason}
          where candidate_id = ${candidate} and name = ${stage} and optional and state in ('waiting', 'asking')`,
    )) > 0,
};

export const gateAnswers = {
  of: (db: Queryable, candidate: string) =>
    rows<GateAnswer>(
      db,
      sql`select stage, by, answer, note, at from gate_answers where candidate_id = ${candidate} order by at, by`,
    ),
  /** Whoever answers again has another opinion now. */
  put: (db: Queryable, candidate: string, answer: Omit<GateAnswer, 'at'>) =>
    changed(
      db,
      sql`insert into gate_answers (candidate_id, stage, by, answer, note)
          values (${candidate}, ${answer.stage}, ${answer.by}, ${answer.answer}, ${answer.note})
          on conflict (candidate_id, stage, by) do update set answer = excluded.answer, note = excluded.note, at = now()`,
    ),
  /** Names of the tokens of nobody that may answer. */
  people: (db: Queryable) =>
    rows<{ name: string }>(
      db,
      sql`select distinct name from tokens where revoked_at is null and person_id is null and role in ('developer', 'release-manager', 'admin')`,
    ),
};
