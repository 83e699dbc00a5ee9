import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/config.ts';
import { rows, sql, type Database } from '../../src/db/pool.ts';
import { findApp, type App } from '../../src/git/app.ts';
import type { HeldRole } from '../../src/kernel/role.ts';
import { addPerson } from '../../src/people/add-person.ts';
import { findPerson } from '../../src/people/find-person.ts';
import type { Speaker } from '../../src/people/person.ts';
import { speakerOf } from '../../src/people/speaker.ts';
import { castVote, type VoteCast, type VoteOrder } from '../../src/train/cast-vote.ts';
import { apiRig, shopWithBranches, type ApiRig } from './api-rig.ts';
import { trainJourney } from './train-journey.ts';
import { trainYard } from './train-yard.ts';

export const hourMs = 3_600_000;

/** What everything about the trains of a test's app is made of. */
export interface TrainGround {
  rig: ApiRig;
  world: ApiRig['world'];
  db: Database;
  app: App;
  config: Config;
  /** A person's repository, and the app's own. */
  source: string;
  bare: string;
  now(): Date;
  later(ms: number): void;
}

/**
 * Trains of the app `shop` over a real database and a real repository. Checks, builds and deploys are only said to have
 * happened; the clock stands at half past one, on a Tuesday, until it is moved.
 */
export async function trainRig(train = '{ departs: every hour }') {
  const rig = await apiRig();
  const { head: first } = await shopWithBranches(rig);
  const { world } = rig;
  let now = new Date('2026-11-24T13:30:00Z');
  rig.setNow(now);
  const ground: TrainGround = {
    rig,
    world,
    db: world.db,
    app: await findApp(world.db, 'shop'),
    config: configWith(train),
    source: join(rig.directory, 'source'),
    bare: world.repositories.path('shop'),
    now: () => now,
    later(ms) {
      now = new Date(now.getTime() + ms);
      rig.setNow(now);
    },
  };
  const nextHour = (): void => ground.later(hourMs - (now.getTime() % hourMs));
  const yard = trainYard(ground);
  const journey = trainJourney(ground, yard);
  return {
    ...rig,
    ...ground,
    ...yard,
    ...journey,
    ...words(ground),
    /** The first commit of main. */
    first,
    nextHour,
    /** A train with all that is green leaves on the next hour, and is before production. */
    async departs() {
      nextHour();
      await journey.tend();
      return journey.toTheGate();
    },
  };
}

export type TrainRig = Awaited<ReturnType<typeof trainRig>>;

function configWith(train: string): Config {
  const text = `app: shop
services: { web: { run: node server.js } }
pipeline: { stages: [{ staging: {} }, { production: {} }] }
train: ${train}`;
  return loadConfig(text).config;
}

/** People, and what they and the train say. */
function words({ world, db, app }: TrainGround) {
  const as = async (name: string): Promise<Speaker> => speakerOf(await findPerson(db, name));
  return {
    async person(name: string, role: HeldRole = 'developer', teams: string[] = []): Promise<void> {
      await addPerson(world, { name, role, emails: [`${name}@example.com`], teams, by: 'ada' });
    },
    as,
    async vote(
      by: string | Speaker,
      answer: 'good' | 'bad',
      of: Partial<VoteOrder> = {},
    ): Promise<VoteCast> {
      const speaker = typeof by === 'string' ? await as(by) : by;
      const plain = { via: 'api', message: null, reason: answer === 'bad' ? 'broken' : null };
      return castVote(world, { app, speaker, answer, ...plain, ...of });
    },
    /** The texts of all events of a kind, in order. */
    async told(kind: string): Promise<string[]> {
      const wanted = sql`select text from events where kind = ${kind} order by id`;
      return (await rows<{ text: string }>(db, wanted)).map(({ text }) => text);
    },
  };
}
