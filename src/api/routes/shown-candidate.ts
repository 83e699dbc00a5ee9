import { shownLine } from '../../environments/log-lines.ts';
import { gateVerdict } from '../../pipeline/candidate.ts';
import type { PerformanceVerdict } from '../../pipeline/evidence-tables.ts';
import type {
  ListedCandidate,
  ShownCandidate,
  ShownStage,
} from '../../pipeline/show-candidates.ts';
import { whatNext } from '../../pipeline/what-next.ts';
import type { CandidateDetails } from '../contract/candidates.ts';

type Stage = CandidateDetails['stages'][number];
/** As the readers of reports wrote them down. */
type Failures = Stage['tests'][number]['failures'];

interface Found {
  subject: string;
  verdicts: readonly PerformanceVerdict[];
  /** What no log may show. */
  secrets: Readonly<Record<string, string>>;
}

/** One candidate as the API tells it, with everything that was found out about it. */
export function shownCandidate(candidate: ShownCandidate, found: Found): CandidateDetails {
  const stages = candidate.stages.map((stage) => shownStage(stage, found));
  const reason = readable(candidate.reason, found.secrets);
  return { ...candidate, subject: found.subject, reason, stages, next: whatNext(candidate) };
}

/** One of a list of them. */
export function listedCandidate(candidate: ListedCandidate): ListedCandidate {
  const stages = candidate.stages.map((stage) => ({ ...stage, reason: readable(stage.reason) }));
  return { ...candidate, reason: readable(candidate.reason), stages };
}

function shownStage(stage: ShownStage, { verdicts, secrets }: Found): Stage {
  const shown = (text: string | null): string | null => readable(text, secrets);
  return {
    ...stage,
    deploy: stage.deployId,
    reason: shown(stage.reason),
    skipReason: shown(stage.skipReason),
    logTail: shown(stage.logTail),
    gate: stage.gate && shownGate(stage.gate),
    tests: stage.tests.map((test) => ({
      ...test,
      failures: (test.failures as Failures).map(({ name, suite, message }) => ({
        name: harmless(name, secrets),
        suite: harmless(suite, secrets),
        message: harmless(message, secrets),
      })),
      logTail: shown(test.logTail),
    })),
    performance: verdicts.filter((verdict) => verdict.stage === stage.name),
  };
}

const longestLine = 2000;

const readable = (text: string | null, secrets: Found['secrets'] = {}): string | null =>
  text && harmless(text, secrets);

/** Names of tests and words of people end up in terminals. */
const harmless = (text: string, secrets: Found['secrets']): string =>
  text
    .split('\n')
    .map((line) => shownLine(line, { secrets, longest: longestLine }))
    .join('\n');

function shownGate(gate: NonNullable<ShownStage['gate']>): NonNullable<Stage['gate']> {
  const { askedOf, unreachable, answers } = gate;
  const verdict = gateVerdict(askedOf, answers);
  const missing = verdict.kind === 'open' ? verdict.missing : null;
  const said = answers.map((answer) => ({ ...answer, note: readable(answer.note) }));
  return { open: verdict.kind === 'open', missing, unreachable, answers: said };
}
