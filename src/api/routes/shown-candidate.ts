import { shownLine } from '../../environments/log-lines.ts';
import { gateVerdict } from '../../pipeline/candidate.ts';
import type { PerformanceVerdict } from '../../pipeline/evidence-tables.ts';
import type { ShownCandidate, ShownStage } from '../../pipeline/show-candidates.ts';
import { whatNext } from '../../pipeline/what-next.ts';
import type { CandidateDetails } from '../contract/candidates.ts';

type Stage = CandidateDetails['stages'][number];
/** As the readers of reports wrote them down. */
type Failures = Stage['tests'][number]['failures'];

interface Found {
  verdicts: readonly PerformanceVerdict[];
  /** What no log may show. */
  secrets: Readonly<Record<string, string>>;
}

/** One candidate as the API tells it, with everything that was found out about it. */
export function shownCandidate(candidate: ShownCandidate, found: Found): CandidateDetails {
  const stages = candidate.stages.map((stage) => shownStage(stage, found));
  return { ...candidate, stages, next: whatNext(candidate) };
}

function shownStage(stage: ShownStage, { verdicts, secrets }: Found): Stage {
  const logOf = ({ logTail }: { logTail: string | null }): string | null =>
    logTail && harmless(logTail, secrets);
  return {
    ...stage,
    deploy: stage.deployId,
    logTail: logOf(stage),
    gate: stage.gate && shownGate(stage.gate),
    tests: stage.tests.map((test) => ({
      ...test,
      failures: test.failures as Failures,
      logTail: logOf(test),
    })),
    performance: verdicts.filter((verdict) => verdict.stage === stage.name),
  };
}

const longestLine = 2000;

const harmless = (log: string, secrets: Found['secrets']): string =>
  log
    .split('\n')
    .map((line) => shownLine(line, { secrets, longest: longestLine }))
    .join('\n');

function shownGate(gate: NonNullable<ShownStage['gate']>): NonNullable<Stage['gate']> {
  const { askedOf, unreachable, answers } = gate;
  const verdict = gateVerdict(askedOf, answers);
  const missing = verdict.kind === 'open' ? verdict.missing : null;
  return { open: verdict.kind === 'open', missing, unreachable, answers };
}
