import type { Answer } from '../../data/call.ts';
import { toneOf, type Tone } from '../../words/tone-of.ts';

export type Candidate = Answer<'getCandidate'>;
export type Stage = Candidate['stages'][number];
export type Push = Answer<'getPush'>;
export type Rollout = Answer<'listRollouts'>['rollouts'][number];

/** One node of the way from a push to production. */
export interface Station {
  /** In the address: `build`, `check:syntax`, `stage:staging`. */
  key: string;
  title: string;
  /** What kind it is, in a word; empty: the title says it. */
  hint: string;
  state: string;
  /** Where the state alone does not say it. */
  tone?: Tone;
  /** What it waits for, or why it ended so. */
  why: string | null;
  from: string | null;
  to: string | null;
  lines: readonly Line[];
}

/** A part of what happens at a station; without a state it is only said. */
export interface Line {
  words: string;
  state?: string;
}

export const toneAt = ({ state, tone }: Station): Tone => tone ?? toneOf(state);

export interface Known {
  candidate: Candidate | null;
  push: Push | null;
  /** Of its release into production; null: not by a rollout, or not yet. */
  rollout: Rollout | null;
}

/** Of a stage that a candidate which has ended did not come to. */
const notBegun = 'not begun';

/** Whether the way has not led there yet, or never will. */
export const isAhead = ({ state }: Station): boolean => state === 'waiting' || state === notBegun;

/** The way from left to right; what stands in one column runs side by side. */
export function stationsOf({ candidate, push, rollout }: Known): Station[][] {
  const work = push ? workOf(push) : [];
  const stages =
    candidate?.stages.map((stage) => [stageStation(stage, candidate, rollout !== null)]) ?? [];
  const isOnItsWay = push !== null && push.endedAt === null && !candidate;
  return [
    push
      ? [pushStation(push, candidate !== null || work.some((one) => toneAt(one) === 'bad'))]
      : [],
    work,
    isOnItsWay ? [futureCandidate] : [],
    ...stages,
    rollout ? [rolloutStation(rollout)] : [],
  ].filter((column) => column.length > 0);
}

const futureCandidate: Station = {
  key: 'candidate',
  title: 'Candidate',
  hint: '',
  state: 'waiting',
  why: 'It gets a number when checks and build have passed.',
  from: null,
  to: null,
  lines: [],
};

/** `isBehind`: whatever its push says now is about what came after it. */
function pushStation({ state, reason, by, at }: Push, isBehind: boolean): Station {
  const isPushed = isBehind || ['running', 'passed', 'live'].includes(state);
  return {
    key: 'push',
    title: 'Push',
    hint: '',
    state: isPushed ? 'pushed' : state,
    ...(isPushed ? { tone: 'good' } : {}),
    why: isPushed ? null : reason,
    from: null,
    to: at,
    lines: [{ words: `by ${by}` }],
  };
}

/** Checks and build run side by side. */
function workOf({ checks, build, at }: Push): Station[] {
  const before = (ended: string | null): boolean =>
    ended !== null && Date.parse(ended) < Date.parse(at);
  const stations = checks.map(
    ({ name, state, exitCode, logTail, startedAt, endedAt }): Station => ({
      key: `check:${name}`,
      title: name,
      hint: before(endedAt) ? 'checked before' : 'check',
      state,
      why: toneOf(state) === 'bad' ? whyFailed(exitCode, logTail) : null,
      from: startedAt,
      to: endedAt,
      lines: [],
    }),
  );
  if (!build) return stations;
  const { state, reason: why, startedAt: from, endedAt: to } = build;
  const hint = before(to) ? 'built before' : '';
  return [...stations, { key: 'build', title: 'Build', hint, state, why, from, to, lines: [] }];
}

/** The last line of a log mostly says it. */
function whyFailed(exitCode: number | null, logTail: string | null): string | null {
  const last = logTail?.trimEnd().split('\n').at(-1)?.trim();
  return (
    [exitCode === null ? '' : `exit code ${exitCode}`, last].filter(Boolean).join(': ') || null
  );
}

function stageStation(stage: Stage, candidate: Candidate, byRollout: boolean): Station {
  const { name, state, reason, optional, environment, startedAt, endedAt, askedAt } = stage;
  const isToSkip = stage.skipBy !== null && endedAt === null;
  // The candidate's end is the end of its waiting too.
  const isNever = candidate.endedAt !== null && (state === 'waiting' || state === 'asking');
  return {
    key: `stage:${name}`,
    title: name,
    hint: optional ? 'optional' : environment === 'shared' ? '' : environment,
    state: isNever ? notBegun : state,
    why: reason ?? (isToSkip ? `to be skipped, by ${stage.skipBy}: ${stage.skipReason}` : null),
    from: startedAt ?? (state === 'asking' ? askedAt : null),
    to: endedAt,
    lines: [
      ...(isNever ? [] : gateLines(stage)),
      ...deployLines(stage, name === 'production' && byRollout ? 'rollout' : 'deploy'),
      ...stage.tests.map((test) => ({
        words: `${test.name} ${countsOf(test)}`,
        state: test.state,
      })),
      ...stage.performance.map(({ test, verdict }) => ({
        words: `${test} ${verdict}`,
        state: verdictStates[verdict],
      })),
    ],
  };
}

const verdictStates = { 'no worse': 'passed', worse: 'failed', 'nothing to compare': 'skipped' };

function gateLines({ gate, state, approval }: Stage): Line[] {
  if (!gate) return [];
  const said = gate.answers.map(({ by, answer }) => ({
    words: `${by} ${answer === 'approve' ? 'approved' : 'rejected'}`,
    state: answer === 'approve' ? 'passed' : 'failed',
  }));
  if (!gate.open) return said;
  const words = `${state === 'asking' ? 'asks' : 'will ask'} ${askedWords(approval, gate.missing, 'for approval')}`;
  return [...said, { words, ...(state === 'asking' ? { state } : {}) }];
}

/** Who lets it in. */
export function askedWords(
  approval: string,
  missing: readonly string[] | null,
  anybody = 'anybody who may deploy',
): string {
  if (missing !== null) return missing.join(', ');
  if (approval === 'train') return 'those on board';
  return approval.startsWith('team:') ? `team ${approval.slice(5)}` : anybody;
}

/** Tests begin when all before them is done. */
function deployLines({ deploy, state, tests }: Stage, words: string): Line[] {
  if (deploy === null) return [];
  return [{ words, state: tests.length > 0 || state === 'passed' ? 'passed' : state }];
}

type Test = Stage['tests'][number];

/** `3 of 9 failed`; without a report the state. */
export function countsOf({
  state,
  total,
  failed,
}: Pick<Test, 'state' | 'total' | 'failed'>): string {
  if (total === null) return state;
  return failed ? `${failed} of ${total} failed` : `${total} ${state}`;
}

function rolloutStation({ strategy, state, phase, decision, weight, ...rest }: Rollout): Station {
  const isRunning = state === 'running';
  return {
    key: 'rollout',
    title: 'Rollout',
    hint: strategy,
    state,
    why: isRunning ? phase : state === 'promoted' ? null : decision,
    from: rest.startedAt,
    to: rest.endedAt,
    lines: isRunning ? [{ words: `${weight} % of the users` }] : [],
  };
}

/** What somebody who comes wants to read first: what it does now or waits for; of an ended one why. */
export function tellingStation(columns: readonly (readonly Station[])[]): Station | undefined {
  const all = columns.flat();
  const isNow = ({ state }: Station): boolean => state === 'running' || state === 'asking';
  return (
    all.findLast(isNow) ??
    all.findLast((one) => toneAt(one) === 'bad') ??
    all.find(({ state }) => state === 'waiting') ??
    all.at(-1)
  );
}
