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

/** No two runs are quite alike: what one of the last releases was as slow as is no news. */
const mostRuns = 3;

/**
 * A load test's result is compared with that of the last released candidate which has one of the same stage and test;
 * verdict, words and evidence are kept. null: the test has left no load result. Worse is what is worse than each of the
 * last three releases, at the level and margin at which canaries are rolled back; with nothing to compare with it
 * passes, and the words say so. Repeatable.
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
  if (released.length === 0)
    return nothing('no released candidate has a result of this test', load);
  if (load.requests === 0) return nothing('it made no requests', load);
  const compared = released.map((release) => ({ release, found: tryToCompare(load, release) }));
  const usable = compared.flatMap(({ release, found }) =>
    typeof found === 'string' ? [] : [{ release, ...found }],
  );
  const [last] = usable;
  if (!last) {
    const why = compared.flatMap(({ found }) => (typeof found === 'string' ? found : []));
    return nothing(why[0] ?? '', load);
  }
  const asSlow = usable.find(({ verdict }) => verdict.action !== 'roll back');
  const told = asSlow ?? last;
  const missing = load.missing.length > 0 ? ` (missing: ${load.missing.join(', ')})` : '';
  const alone =
    asSlow || usable.length > 1
      ? ''
      : '; nobody knows yet how much runs of this test differ anyway';
  return {
    against: told.release.candidate,
    verdict: asSlow ? 'no worse' : 'worse',
    words: `${asSlow ? 'no worse' : 'worse'} than ${named(told.release)}: ${loadInWords(told)}${missing}${alone}`,
    evidence: usable.map(({ release, ...all }) => ({ against: release.candidate, ...all })),
  };
}

function tryToCompare(candidate: LoadResult, release: ReleasedLoad): LoadCompared | string {
  try {
    const compared = compareLoad({ candidate, stable: release.load as LoadResult });
    if (compared.verdict.action !== 'wait') return compared;
    return `the test of ${named(release)} made no requests`;
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
