import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { builds } from '../../src/build/artifact.ts';
import type { Plan } from '../../src/environments/plan-push.ts';
import { wishes } from '../../src/environments/push-tables.ts';
import { findApp } from '../../src/git/app.ts';
import { newId } from '../../src/kernel/id.ts';
import { beginCandidateOf } from '../../src/pipeline/begin-candidate.ts';
import type { Station } from '../../src/pipeline/candidate.ts';
import { candidateNow, wayOf } from '../../src/pipeline/find-candidate.ts';
import { beginStage, endCandidate, passStage } from '../../src/pipeline/report-candidate.ts';
import { sendOnItsWay } from '../../src/train/send-on-its-way.ts';
import { asking, git } from './api-rig.ts';
import type { TrainGround } from './train-rig.ts';

export interface Commit {
  by: string;
  /** Path → text; absent: a new file. */
  files?: Readonly<Record<string, string>>;
  message?: string;
}

export type TrainYard = ReturnType<typeof trainYard>;

/** Commits, and how they become green. */
export function trainYard(ground: TrainGround) {
  const { world, source, bare } = ground;
  let counted = 0;
  const yard = {
    /** In the person's repository alone. */
    async commit({ by, files, message }: Commit): Promise<string> {
      counted += 1;
      await write(source, files ?? { [`file-${counted}.txt`]: `${counted}` });
      await git(source, 'add', '--all');
      const author = `--author=${by} <${by}@example.com>`;
      await git(
        source,
        'commit',
        '-q',
        '--allow-empty',
        author,
        '-m',
        message ?? `a (#${counted})`,
      );
      return git(source, 'rev-parse', 'HEAD');
    },
    /** What main is there is main of the app. Its head. */
    async push(): Promise<string> {
      await git(bare, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
      return git(bare, 'rev-parse', 'main');
    },
    /** A commit, or the head of main, is checked and built. */
    async green(commit?: string): Promise<void> {
      const found = commit ?? (await yard.push());
      await sendOnItsWay(world)(await planOf(ground, await pushOf(ground, found)));
    },
    /** Of a new commit of somebody that is checked and built, before anything becomes of it. */
    async planOfNext(by: string): Promise<Plan> {
      await yard.commit({ by });
      return planOf(ground, await pushOf(ground, await yard.push()));
    },
    /** A green commit of somebody. */
    async change(by: string, files?: Readonly<Record<string, string>>): Promise<string> {
      const commit = await yard.commit({ by, ...(files && { files }) });
      await yard.green();
      return commit;
    },
    /** The head of main goes into production without a train, as before the app had any. */
    async release(): Promise<void> {
      const plan = await planOf(ground, await pushOf(ground, await yard.push()));
      const stations = await stationsOf(ground, await beginCandidateOf(world, plan));
      for (const station of stations) await pass(ground, station);
      const [{ way } = { way: null }] = stations;
      if (way) await endCandidate(world, way, { state: 'released', reason: null, stage: null });
    },
    /** Another app with something green in it. Its name. */
    async secondApp(name: string): Promise<string> {
      await ground.rig.handlers.addApp({ name }, asking());
      const other = { ...ground, app: await findApp(ground.db, name) };
      const path = world.repositories.path(name);
      await git(path, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
      const push = await pushOf(other, await git(path, 'rev-parse', 'main'));
      await sendOnItsWay(world)(await planOf(other, push));
      return name;
    },
  };
  return yard;
}

interface GroundPush {
  push: string;
  branch: string;
  commit: string;
}

/** A push to main as its row is. */
async function pushOf({ db, app }: TrainGround, commit: string): Promise<GroundPush> {
  const [push, branch] = [newId(), 'main'];
  const wish = { id: push, appId: app.id, branch, commit, by: 'ada', target: null, reset: null };
  await wishes.add(db, wish);
  return { push, branch, commit };
}

/** What its run is going to do, with an artifact that counts as there. */
export async function planOf(
  { db, app, world, config }: TrainGround,
  push: GroundPush,
): Promise<Plan> {
  const artifact = newId().padEnd(64, '0');
  await builds.begin(db, artifact, app.id);
  const tree = await world.repositories.tree(app.name, push.commit);
  const plain = { ownCache: false, main: true, byHand: false, whyNone: null, reset: null };
  const of = { ...push, appId: app.id, app: app.name, mainBranch: 'main', tree, artifact, config };
  return { ...of, ...plain, kinds: ['staging'] };
}

/** The stages of a candidate, as its run knows them. */
export async function stationsOf({ db }: TrainGround, candidate: string): Promise<Station[]> {
  const now = await candidateNow(db, candidate);
  if (!now) throw new Error('no candidate');
  const way = await wayOf(db, now.candidate);
  return way.stages.map((stage) => ({ way, stage }));
}

export async function pass({ world }: TrainGround, station: Station): Promise<void> {
  await beginStage(world, station, newId());
  await passStage(world, station);
}

async function write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
