import { builds } from '../../src/build/artifact.ts';
import { loadConfig } from '../../src/config/load.ts';
import { inTransaction, sql } from '../../src/db/pool.ts';
import { apps } from '../../src/git/app.ts';
import { recordMove } from '../../src/git/push.ts';
import { newId } from '../../src/kernel/id.ts';
import { awaitTurn } from '../../src/pipeline/await-turn.ts';
import { beginCandidate } from '../../src/pipeline/begin-candidate.ts';
import type { Station } from '../../src/pipeline/candidate.ts';
import type { Entry } from '../../src/pipeline/enter-stage.ts';
import { findCandidate, wayOf } from '../../src/pipeline/find-candidate.ts';
import { beginStage, passStage } from '../../src/pipeline/report-candidate.ts';
import type { Plan } from '../../src/environments/plan-push.ts';
import type { Flow } from '../../src/workflow/workflow.ts';
import { apiRig, git, shopWithBranches } from './api-rig.ts';

/** Candidates of the app `shop` over a real database and a real repository; nothing is deployed. */
export async function pipelineRig(stages: string) {
  const rig = await apiRig();
  await shopWithBranches(rig);
  const { db } = rig.world;
  const app = await apps.byName(db, 'shop');
  if (!app) throw new Error('no shop');
  const text = `app: shop\nservices: { web: { run: node server.js } }\npipeline: { stages: [${stages}] }`;
  const { config } = loadConfig(text);
  let last: Plan | null = null;
  const source = `${rig.directory}/source`;
  return {
    ...rig,
    db,
    /** A commit on main by somebody, checked and built. */
    async plan(email = 'ada@example.com'): Promise<Plan> {
      await git(source, 'commit', '-q', '--allow-empty', '-m', 'a change', `--author=A <${email}>`);
      const bare = rig.world.repositories.path('shop');
      await git(bare, 'fetch', '-q', source, '+refs/heads/main:refs/heads/main');
      const commit = await git(source, 'rev-parse', 'HEAD');
      const move = { app, branch: 'main', before: null, commit, rewritten: false, by: 'ada' };
      const push = await inTransaction(db, (tx) => recordMove(tx, move));
      const artifact = newId().padEnd(64, '0');
      // It counts as there while it is being built.
      await builds.begin(db, artifact, app.id);
      const of = { appId: app.id, app: 'shop', branch: 'main', mainBranch: 'main', commit, config };
      const tree = await rig.world.repositories.tree('shop', commit);
      const plain = { ownCache: false, main: true, byHand: false, whyNone: null, reset: null };
      last = { ...of, ...plain, push: push?.id ?? '', tree, artifact, kinds: ['staging'] };
      return last;
    },
    /** The next candidate, at its first stage. */
    async begin(email?: string): Promise<Station> {
      await beginCandidate(rig.world)(await this.plan(email));
      const { rows } = await sql<{
        number: number;
      }>`select max(number) as number from candidates`.execute(db);
      const way = await wayOf(db, await findCandidate(db, 'shop', rows[0]?.number ?? 0));
      const [stage] = way.stages;
      if (!stage) throw new Error('no stage');
      return { way, stage };
    },
    at({ way }: Station, name: string): Station {
      const stage = way.stages.find((one) => one.name === name);
      if (!stage) throw new Error(`no stage ${name}`);
      return { way, stage };
    },
    /** What its workflow finds at the stage; 'waits' where it would wait. */
    turn: (station: Station): Promise<Entry | 'waits'> =>
      awaitTurn(impatientFlow, rig.world, station).catch((error: unknown) => {
        if (error === patience) return 'waits' as const;
        throw error;
      }),
    async pass(station: Station): Promise<void> {
      await beginStage(rig.world, station, newId());
      await passStage(rig.world, station);
    },
    addToken: (name: string) =>
      sql`insert into tokens (id, name, hash, role) values (${newId()}, ${name}, ${newId()}, 'developer')`.execute(
        db,
      ),
  };
}

export type PipelineRig = Awaited<ReturnType<typeof pipelineRig>>;

const patience = new Error('It waits.');

const impatientFlow: Flow = {
  id: 'candidate-test',
  step: (_name, act) => act(),
  sleepUntil: () => Promise.reject(patience),
  waitFor: () => Promise.reject(patience),
};
