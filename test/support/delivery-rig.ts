import { createHash } from 'node:crypto';
import { sql, type Database } from '../../src/db/pool.ts';
import { newId } from '../../src/kernel/id.ts';
import { apiRig, asking } from './api-rig.ts';

/** `11-20 10:00` is of 2026 and UTC. */
const timeOf = (text: string): Date => new Date(`2026-${text.replace(' ', 'T')}:00Z`);
const commitOf = (name: string): string => createHash('sha1').update(name).digest('hex');

interface Released {
  /** It had all requests. */
  at: string | null;
  /** Its first users came; absent: with all others. */
  usersAt?: string;
  endedAt?: string;
  state?: string;
  push?: string;
}

/** Pushes and releases of the app `shop` as rows, at the times a test says; it is noon on 2026-11-24. */
export async function deliveryRig() {
  const rig = await apiRig();
  const { db } = rig.world;
  rig.setNow(timeOf('11-24 12:00'));
  await rig.handlers.addApp({ name: 'shop' }, asking());
  const place = productionOf(db);
  const release = releasing(db, place);
  return {
    ...rig,
    release,
    failedDeploy: (at: string) => release('broken', { at: null, endedAt: at, state: 'failed' }),
    anotherProduction: () => place.makeAnother(),
    ...onMain(db),
    ...turning(db, { place, release }),
    /** All but the app. */
    async forget(): Promise<void> {
      place.forget();
      for (const table of ['environments', 'pushes', 'commit_marks', 'trains', 'candidates'])
        await sql`delete from ${sql.table(table)}`.execute(db);
    },
  };
}

export type DeliveryRig = Awaited<ReturnType<typeof deliveryRig>>;

const app = sql`(select id from apps where name = 'shop')`;

type Place = ReturnType<typeof productionOf>;

function productionOf(db: Database) {
  let now: string | null = null;
  const place = {
    id: async (): Promise<string> => now ?? place.makeAnother(),
    forget: (): void => void (now = null),
    async makeAnother(): Promise<string> {
      const id = newId();
      now = id;
      await sql`update environments set state = 'destroyed'`.execute(db);
      await sql`insert into environments (id, app_id, name, kind, branch, host, state)
        values (${id}, ${app}, 'production', 'production', 'main', ${id}, 'live')`.execute(db);
      return id;
    },
  };
  return place;
}

type Release = ReturnType<typeof releasing>;

function releasing(db: Database, place: Place) {
  let number = 0;
  return async (name: string, of: Released): Promise<string> => {
    const id = newId();
    const where = await place.id();
    const at = of.at === null ? null : timeOf(of.at);
    const endedAt = of.endedAt === undefined ? at : timeOf(of.endedAt);
    const state = of.state ?? (at ? 'live' : 'rolled-back');
    number += 1;
    await sql`insert into deploys (id, environment_id, number, push_id, artifact_key, commit, config, state, ended_at, released_at)
      values (${id}, ${where}, ${number}, ${of.push ?? null}, 'a1', ${commitOf(name)}, '{}', ${state}, ${endedAt}, ${at})`.execute(
      db,
    );
    if (of.usersAt === undefined) return id;
    await sql`insert into rollouts (id, environment_id, strategy, settings, state, started_at)
      values (${id}, ${where}, 'canary', '{}', 'superseded', ${timeOf(of.usersAt)})`.execute(db);
    await sql`insert into rollout_steps (rollout_id, step, weight, began_at)
      values (${id}, 1, 10, ${timeOf(of.usersAt)})`.execute(db);
    return id;
  };
}

function onMain(db: Database) {
  return {
    async push(name: string, at: string): Promise<void> {
      await sql`insert into pushes (id, app_id, branch, commit, by, at, state)
        values (${newId()}, ${app}, 'main', ${commitOf(name)}, 'ada', ${timeOf(at)}, 'live')`.execute(
        db,
      );
    },
    async revert(name: string, at: string): Promise<void> {
      await sql`insert into commit_marks (app_id, commit, mark, reason, by, at)
        values (${app}, ${commitOf(name)}, 'reverted', 'bad', 'ada', ${timeOf(at)})`.execute(db);
    },
  };
}

interface Turn {
  from: string;
  to: string;
  at: string;
  /** The deploy that started the old release again; absent: it went back at once. */
  startedBy?: string;
  state?: string;
}

function turning(db: Database, { place, release }: { place: Place; release: Release }) {
  return {
    async rollBack({ from, to, at, startedBy, state }: Turn): Promise<void> {
      const kind = startedBy === undefined ? 'at once' : 'starting again';
      await sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, deploy, reason, by, at, ended_at)
        values (${newId()}, ${await place.id()}, ${from}, ${to}, ${kind}, ${startedBy ?? null}, 'bad', 'ada',
          ${timeOf(at)}, ${timeOf(at)})`.execute(db);
      // Where the old one starts again, nothing is said in the bad one's row.
      const now = state ?? (startedBy === undefined ? 'rolled-back' : 'replaced');
      await sql`update deploys set state = ${now} where id = ${from}`.execute(db);
    },
    /** What a train carried, which had left with another commit. */
    async trainRelease(of: {
      carries: string;
      boarded: string;
      ejected: string;
      at: string;
    }): Promise<void> {
      const [push, train, candidate] = [newId(), newId(), newId()];
      const carried = commitOf(of.carries);
      await sql`insert into candidates (id, app_id, number, push_id, branch, commit, tree, artifact_key, config, plan, state)
        values (${candidate}, ${app}, 1, ${push}, 'train/1', ${carried}, 't', 'a1', '{}', '{}', 'released')`.execute(
        db,
      );
      await sql`insert into trains (id, app_id, number, planned_at, settings, state, boarded, commit, push_id, departed_at, ended_at)
        values (${train}, ${app}, 1, now(), '{}', 'arrived', ${commitOf(of.boarded)}, ${carried}, ${push}, now(), now())`.execute(
        db,
      );
      await sql`insert into train_candidates (train_id, candidate_id) values (${train}, ${candidate})`.execute(
        db,
      );
      await sql`insert into train_changes (train_id, commit, ordinal, subject, authors, ejected_at)
        values (${train}, ${commitOf(of.ejected)}, 1, 'x', '[]', now())`.execute(db);
      await release(of.carries, { at: of.at, push });
    },
  };
}
