import { environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { stageEnvironmentName, type Station } from './candidate.ts';
import type { Failure } from './report-candidate.ts';
import { runTest, type Tested } from './run-test.ts';

/**
 * All tests of a stage have run against what was deployed for it, side by side, each as a job with the
 * environment's variables. Repeatable: what runs or has ended is joined. Not passed where another deploy
 * took its place meanwhile, because nobody knows then what was tested.
 */
export async function runStageTests(
  world: World,
  station: Station,
  tested: Tested,
): Promise<'passed' | Failure> {
  const all = Object.entries(station.stage.tests);
  if (!(await isStillThere(world, tested))) return replaced(station);
  const ended = await Promise.all(
    all.map(async ([name, test]) => ({
      name,
      verdict: await runTest(world, station, { ...tested, test: { ...test, name } }),
    })),
  );
  const failed = ended.flatMap(({ name, verdict }) =>
    verdict === 'passed' ? [] : [{ name, ...verdict }],
  );
  if (!(await isStillThere(world, tested))) return replaced(station);
  return failed.length === 0 ? 'passed' : testsFailed(station, failed);
}

async function isStillThere(world: World, { environment, deploy }: Tested): Promise<boolean> {
  return (await environments.get(world.db, environment))?.deployId === deploy;
}

function testsFailed(
  { way, stage }: Station,
  failed: readonly { name: string; why: string; logTail: string }[],
): Failure {
  const words = failed.map(({ name, why }) => `${name} (${why})`);
  const tails = failed
    .filter(({ logTail }) => logTail.trim() !== '')
    .map(({ name, logTail }) => `${name}:\n${logTail.trimEnd()}`);
  return {
    reason: `tests did not pass: ${words.join(', ')}`,
    logTail: tails.join('\n'),
    fix: [
      'Mend it and push again.',
      `Look inside: signalbox console ${stageEnvironmentName(stage, way.number)}`,
    ],
  };
}

const replaced = ({ way, stage }: Station): Failure => ({
  reason: `another deploy took its place in ${stageEnvironmentName(stage, way.number)} while it was tested`,
  logTail: '',
  fix: ['Push again.', `signalbox deploys ${stageEnvironmentName(stage, way.number)}`],
});
