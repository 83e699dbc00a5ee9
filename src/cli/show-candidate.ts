import type { CandidateDetails, ListedCandidate } from '../api/contract/candidates.ts';
import type { Cli } from './cli.ts';
import type { CandidateName } from './which-candidate.ts';
import { ago, ahead, facts, roughly, short, stateStyle } from './words.ts';

type Stage = CandidateDetails['stages'][number];
type Test = Stage['tests'][number];

export async function listCandidates(
  cli: Cli,
  asked: { app: string; limit: number },
): Promise<void> {
  const result = await (await cli.client()).call('listCandidates', asked);
  cli.print.result(result, ({ candidates }) =>
    candidates.length === 0
      ? `${asked.app} has no candidate yet.\n→ A commit on its main branch becomes one: git push signalbox main`
      : candidateTable(cli, candidates),
  );
}

function candidateTable(cli: Cli, candidates: readonly ListedCandidate[]): string {
  return cli.print.rows(
    [
      { title: 'NUMBER' },
      { title: 'COMMIT' },
      { title: 'STATE', style: stateStyle },
      { title: 'STAGE' },
      { title: 'AGE' },
      { title: 'WHY', least: 10 },
    ],
    candidates.map((one) => [
      String(one.number),
      short(one.commit),
      one.state,
      placeOf(one),
      ago(one.createdAt),
      one.reason ?? '',
    ]),
  );
}

/** Where it is now, or where it ended: `staging 2/3`. */
function placeOf({ state, endedAt, stages }: ListedCandidate): string {
  if (state === 'released') return '';
  const at =
    endedAt === null
      ? stages.findIndex((stage) => stage.endedAt === null)
      : stages.findLastIndex((stage) => stage.endedAt !== null);
  return at < 0 ? '' : `${stages[at]?.name} ${at + 1}/${stages.length}`;
}

/** Its stages with their tests, what was found out, what it waits for and what ends the waiting. */
export async function showCandidate(cli: Cli, named: CandidateName): Promise<void> {
  const candidate = await (await cli.client()).call('getCandidate', named);
  cli.print.result(candidate, () =>
    [
      headOf(candidate),
      stageTable(cli, candidate),
      levelTable(cli, candidate),
      ...candidate.stages.flatMap((stage) => [...findings(stage), ...kept(stage, candidate)]),
      candidate.next.map((step) => `→ ${step}`).join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
}

function headOf(candidate: CandidateDetails): string {
  const { app, number, commit, branch, state, reason, createdAt, endedAt } = candidate;
  return facts({
    candidate: `${app} ${number}`,
    commit: `${short(commit)} on ${branch}`,
    state,
    why: reason,
    begun: ago(createdAt),
    ended: endedAt && ago(endedAt),
  });
}

function stageTable(cli: Cli, { stages }: CandidateDetails): string {
  return cli.print.rows(
    [
      { title: 'STAGE' },
      { title: 'STATE', style: stateStyle },
      { title: 'TESTS' },
      { title: 'TIME' },
      { title: 'WHY', least: 10 },
    ],
    stages.map((stage) => [
      stage.optional ? `${stage.name} (optional)` : stage.name,
      stage.state,
      testWords(stage),
      took(stage),
      whyOf(stage),
    ]),
  );
}

/** `8 passed, 1 failed`: of its tests where reports were left, otherwise of its jobs. */
function testWords({ tests, performance }: Stage): string {
  if (tests.length === 0) return '';
  const reported = tests.filter(({ total }) => total !== null);
  const jobs = tests.map(({ state }) => ({
    passed: Number(state === 'passed'),
    failed: Number(state !== 'passed' && state !== 'running'),
    skipped: 0,
  }));
  const of = reported.length > 0 ? reported : jobs;
  const sum = (what: 'passed' | 'failed' | 'skipped'): number =>
    of.reduce((total, one) => total + (one[what] ?? 0), 0);
  const counts = (['passed', 'failed', 'skipped'] as const).map(
    (what) => [sum(what), what] as const,
  );
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const running = tests.some(({ state }) => state === 'running') ? ['running'] : [];
  const slow = performance.filter(({ verdict }) => verdict === 'worse').length;
  const worse = slow > 0 ? [`${slow} worse`] : [];
  return [...told, ...worse, ...running].join(', ');
}

function took({ startedAt, endedAt }: Pick<Stage, 'startedAt' | 'endedAt'>): string {
  return startedAt ? roughly((endedAt?.getTime() ?? Date.now()) - startedAt.getTime()) : '';
}

function whyOf({ reason, skipBy, skipReason, state }: Stage): string {
  if (reason) return reason;
  return skipBy !== null && state === 'waiting' ? `to be skipped, by ${skipBy}: ${skipReason}` : '';
}

/** How many tests there are on each level, and what they cost. */
function levelTable(cli: Cli, { levels }: CandidateDetails): string {
  if (levels.length === 0) return '';
  return cli.print.rows(
    [
      { title: 'LEVEL' },
      { title: 'JOBS' },
      { title: 'TESTS' },
      { title: 'FAILED' },
      { title: 'TIME' },
    ],
    levels.map(({ level, jobs, tests, failed, seconds }) => [
      level,
      String(jobs),
      tests === null ? '-' : String(tests),
      failed === null ? '-' : String(failed),
      seconds < 10 ? `${seconds.toFixed(1)}s` : roughly(seconds * 1000),
    ]),
  );
}

const mostFailures = 10;

/** What a person wants to read next, of one stage. */
function findings(stage: Stage): string[] {
  const { name, gate, tests, performance, deploy, state, environmentName } = stage;
  const answers = (gate?.answers ?? []).map(
    ({ by, answer, note, at }) =>
      `${name}: ${by} ${answer === 'approve' ? 'approved' : 'rejected'} ${ago(at)}${note === null ? '' : `: ${note}`}`,
  );
  const speed = performance.map(({ test, words }) => `${name}, ${test}: ${words}`);
  const rollout =
    state === 'running' && deploy !== null && environmentName === 'production'
      ? [`How it is doing there: signalbox rollout status ${environmentName}`]
      : [];
  const failures = tests.flatMap((test) => failuresOf(name, test));
  // Of migrations, infrastructure or a deploy; tests tell their own.
  const tail =
    failures.length === 0 && stage.logTail ? [`${name}:\n${indented(stage.logTail)}`] : [];
  return [...answers, ...speed, ...failures, ...tail, ...rollout];
}

/** How long one can look inside; and how, unless the next steps say it. */
function kept({ environmentName, keptUntil }: Stage, { next }: CandidateDetails): string[] {
  if (keptUntil === null || keptUntil.getTime() <= Date.now()) return [];
  const look = `signalbox console ${environmentName}`;
  const how = next.some((step) => step.includes(look)) ? '.' : `: ${look}`;
  return [`${environmentName} is kept for looking at; it ends ${ahead(keptUntil)}${how}`];
}

function failuresOf(stage: string, { name, failures, failed, logTail }: Test): string[] {
  if (failures.length === 0) return logTail ? [`${stage}, ${name}:\n${indented(logTail)}`] : [];
  const shown = failures.slice(0, mostFailures).map(({ name, suite, message }) => {
    const title = [suite, name].filter(Boolean).join(' › ');
    return `✖ ${title}${message ? `\n${indented(message)}` : ''}`;
  });
  const more = (failed ?? failures.length) - shown.length;
  return [[`${stage}, ${name}:`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')];
}

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
