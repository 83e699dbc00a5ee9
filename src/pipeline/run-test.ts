import { artifactFile } from '../build/build-once.ts';
import type { Reports } from '../checks/report/reports.ts';
import { names, type Environment } from '../environments/environment.ts';
import { environments } from '../environments/environment-rows.ts';
import { runDeployJob, type JobVerdict } from '../environments/run-deploy-job.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import type { JobResult } from '../kernel/job.ts';
import type { Stage, Station } from './candidate.ts';
import { gatewayLoad } from './gateway-load.ts';
import { judgePerformance } from './judge-performance.ts';
import { countsInWords, failuresInWords, noteReports } from './note-reports.ts';
import { at, say } from './report-candidate.ts';
import { reachableUrl } from './stage-environment.ts';
import { candidateTests, type CandidateTest } from './test-tables.ts';

/** What is tested: a deploy in an environment, whose jobs carry the stage's fence. */
export interface Tested {
  environment: string;
  deploy: string;
  fence: Fence;
}

type TestOrder = Tested & { test: Stage['tests'][string] & { name: string } };

/**
 * One test of a stage has run, in a copy of the artifact of its own, and what it left is noted and judged. Not passed
 * where its command failed, or its load result is worse than the last release's. Repeatable: what runs or has ended is
 * joined.
 */
export async function runTest(
  world: World,
  station: Station,
  order: TestOrder,
): Promise<JobVerdict> {
  const { test, deploy, fence } = order;
  const environment = await environments.get(world.db, order.environment);
  if (!environment) throw new Error(`No environment ${order.environment}.`);
  const { run, timeoutMs } = test;
  const job = { run, timeoutMs, name: `test-${test.name}` };
  const workload = names.job({ deployId: deploy, job: job.name });
  const workspace = `${names.workspace(deploy)}-${job.name}`;
  await candidateTests.begin(world.db, at(station), { name: test.name, job: workload });
  const isOpen = (await rowOf(world, station, test.name)).state === 'running';
  const place = placeOf(environment, workspace);
  if (isOpen) await unpackFor(world, station, { place, fence });
  const { commit, config } = station.way.plan;
  const placement = { environment, deploy: { id: deploy, commit }, config };
  // What goes past the gateway is not counted there.
  const url = test.load === 'gateway' ? null : await reachableUrl(world, environment);
  const verdict = await runDeployJob(world, placement, { job, fence, url, workspace });
  const result = await world.runtime.finishedJob(workload);
  if (isOpen) {
    const { startedAt, endedAt } = result;
    const load = test.load && (await gatewayLoad(world, { ...order, startedAt, endedAt }));
    const ended = { ...place, id: workload, name: test.name, environment, startedAt, fence, load };
    const reports = await noteReports(world, at(station), ended);
    await noteResult(world, station, { name: test.name, verdict, result, reports });
  }
  await world.runtime.removeWorkspace(workspace);
  if (verdict === 'passed') return judgeLoad(world, station, test.name);
  const { failed, failures } = await rowOf(world, station, test.name);
  return { ...verdict, why: verdict.why + failuresInWords({ failed: failed ?? 0, failures }) };
}

async function rowOf(world: World, station: Station, name: string): Promise<CandidateTest> {
  const row = await candidateTests.get(world.db, at(station), name);
  if (!row) throw new Error(`No test ${name} of candidate ${station.way.candidate}.`);
  return row;
}

const placeOf = ({ id }: Environment, workspace: string) => ({
  owner: names.owner(id),
  isolation: names.isolation(id),
  workspace,
});

/** What a test writes must neither get among the files that serve nor be taken for another test's reports. */
async function unpackFor(
  world: World,
  { way }: Station,
  { place, fence }: { place: ReturnType<typeof placeOf>; fence: Fence },
): Promise<void> {
  const { workspace: id, ...of } = place;
  const archives = [artifactFile(world.build.directory, way.plan.artifact)];
  await world.runtime.ensureWorkspace({ id, ...of, archives }, fence);
}

/** The one place where a test that has ended is written down and told. Repeatable. */
async function noteResult(
  world: World,
  station: Station,
  of: { name: string; verdict: JobVerdict; result: JobResult; reports: Reports },
): Promise<void> {
  const { name, verdict, result, reports } = of;
  const state = stateFor(result);
  const { startedAt, endedAt } = result;
  const logTail = verdict === 'passed' ? null : verdict.logTail;
  const end = { name, state, startedAt, endedAt, logTail };
  if (!(await candidateTests.end(world.db, at(station), end))) return;
  const seconds = ((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1);
  const { tests, problems } = reports;
  const unread = problems.map((problem) => `\n  ${problem}`).join('');
  await say(world.db, station.way, {
    kind: 'candidate-test-ended',
    text: `Test ${name} of ${station.stage.name}: ${state} (${seconds} s)${countsInWords(tests)}${unread}`,
    data: { stage: station.stage.name, test: name, state, tests, problems },
  });
}

function stateFor({ outcome }: JobResult): CandidateTest['state'] {
  switch (outcome) {
    case 'succeeded':
      return 'passed';
    case 'timed-out':
    case 'stopped':
      return outcome;
    case 'failed':
    case 'lost':
      return 'failed';
  }
}

async function judgeLoad(world: World, station: Station, name: string): Promise<JobVerdict> {
  const judged = await judgePerformance(world, at(station), name);
  if (judged === null) return 'passed';
  const { verdict, words, against, isNew } = judged;
  if (isNew)
    await say(world.db, station.way, {
      kind: 'candidate-performance-judged',
      text: `Performance in ${name} of ${station.stage.name}: ${words}`,
      data: { stage: station.stage.name, test: name, verdict, against },
    });
  return verdict === 'worse' ? { why: words, logTail: '' } : 'passed';
}
