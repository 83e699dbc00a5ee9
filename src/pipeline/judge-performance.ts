import type { LoadResult } from '../checks/report/load-result.ts';
import type { World } from '../environments/world.ts';
import { named } from './candidate.ts';
import { compareLoad, type LoadCompared } from './compare-load.ts';
import {
  performanceVerdicts,
  testEvidence,
  type PerformanceVerdict,
  type ReleasedLoad,
} from './evidence-tables.ts';
import { loadInWords } from './load-words.ts';
import type { StageAt } from './tables.ts';

/** The newest one is compared with, the others tell how much runs differ anyway. */
const mostRuns = 6;

/**
 * A load test's result is compared with that of the last released candidate which has one of the same stage and test;
 * verdict, words and evidence are kept. null: the test has left no load result. Worse, where it is, at the level and
 * margin at which canaries are rolled back; with nothing to compare with it passes, and the words say so. Repeatable.
 */
export async function judgePerformance(
  world: Pick<World, 'db'>,
  at: StageAt,
  test: string,
): Promise<(Omit<PerformanceVerdict, 'at'> & { isNew: boolean }) | null> {
  const load = (await testEvidence.load(world.db, at, test)) as LoadResult | null;
  if (load === null) return null;
  const released = await testEvidence.releasedLoads(world.db, at, test, mostRuns);
  const verdict = { stage: at.stage, test, ...verdictOn(load, released) };
  const isNew = await performanceVerdicts.put(world.db, at.candidate, verdict);
  return { ...verdict, isNew };
}

type Found = Pick<PerformanceVerdict, 'against' | 'verdict' | 'words' | 'evidence'>;

function verdictOn(load: LoadResult, released: readonly ReleasedLoad[]): Found {
  const [last, ...before] = released;
  if (!last) return nothing('no released candidate has a result of this test', load);
  if (load.requests === 0) return nothing('it made no requests', load);
  const earlier = before.map((one) => one.load as LoadResult);
  const compared = tryToCompare({ candidate: load, stable: last.load as LoadResult, earlier });
  if (typeof compared === 'string') return nothing(compared, load);
  const { action } = compared.verdict;
  if (action === 'wait') return nothing(`the test of ${named(last)} made no requests`, load);
  const isWorse = action === 'roll back';
  const missing = load.missing.length > 0 ? ` (missing: ${load.missing.join(', ')})` : '';
  const alone =
    isWorse && before.length === 0
      ? '; it is the only earlier run, so nobody knows how much runs differ anyway'
      : '';
  return {
    against: last.candidate,
    verdict: isWorse ? 'worse' : 'no worse',
    words: `${isWorse ? 'worse' : 'no worse'} than ${named(last)}: ${loadInWords(compared)}${missing}${alone}`,
    evidence: { ...compared, runs: released.map(({ candidate }) => candidate) },
  };
}

function tryToCompare(loads: Parameters<typeof compareLoad>[0]): LoadCompared | string {
  try {
    return compareLoad(loads);
  } catch (error) {
    // Impossible counts are the job's doing, and no reason to stop everything.
    return `its numbers cannot be judged: ${(error as Error).message}`;
  }
}

const nothing = (why: string, { requests, bad, seconds }: LoadResult): Found => ({
  against: null,
  verdict: 'nothing to compare',
  words: `nothing to compare: ${why}`,
  evidence: { requests, bad, seconds },
});
