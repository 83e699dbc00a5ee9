import type { HostDeployment } from '../git/host.ts';
import type { HostMessage } from '../git/host-message.ts';
import type { CandidateFacts, CommitFacts, DeployFacts } from './host-facts-tables.ts';

type Status = Extract<HostMessage, { what: 'status' }>;
type Said = Pick<Status, 'state' | 'text'> & { url?: string | null };

export const goodContext = 'signalbox/good';

/** What a host shows beside a commit: one line for each thing that is known of it. Pure. */
export function statusesOf(facts: CommitFacts): Status[] {
  const said: [string, Said | null][] = [
    ['signalbox/checks', checksStatus(facts)],
    ['signalbox/build', buildStatus(facts)],
    ['signalbox/preview', facts.isMain ? null : previewStatus(facts)],
    ['signalbox/release', facts.isMain ? releaseStatus(facts) : null],
    ['signalbox/train', trainStatus(facts)],
    [goodContext, goodStatus(facts)],
  ];
  return said.flatMap(([context, status]) =>
    status === null
      ? []
      : [{ what: 'status', commit: facts.commit, context, url: null, ...status }],
  );
}

function checksStatus({ checks, state }: CommitFacts): Said | null {
  const named = (those: CommitFacts['checks']): string => those.map(({ name }) => name).join(', ');
  const bad = checks.filter(({ state }) => state === 'failed' || state === 'timed-out');
  if (bad.length > 0)
    return {
      state: 'failure',
      text: bad
        .map(({ name, state }) => `${name} ${state === 'failed' ? 'failed' : 'took too long'}`)
        .join(', '),
    };
  const running = checks.filter(({ state }) => state === 'running');
  if (running.length > 0) return { state: 'pending', text: `Running: ${named(running)}` };
  const stopped = checks.filter(({ state }) => state === 'stopped');
  if (stopped.length > 0) return { state: 'error', text: `Stopped: ${named(stopped)}` };
  if (checks.length > 0) return { state: 'success', text: `Passed: ${named(checks)}` };
  // A push that got through had none; of one that did not, nobody knows.
  return state === 'live' || state === 'passed'
    ? { state: 'success', text: 'There are none' }
    : null;
}

function buildStatus(facts: CommitFacts): Said {
  const { isBuilt, state, reason, checks } = facts;
  const wasChecked = checks.some(({ state }) => state === 'failed' || state === 'timed-out');
  if (isBuilt || wasChecked) return { state: 'success', text: 'Built' };
  if (state === 'failed') return { state: 'failure', text: reason ?? 'Not built' };
  if (state === 'superseded') return { state: 'error', text: `Stopped: ${reason}` };
  return { state: 'pending', text: 'Building' };
}

function previewStatus({ state, reason, url, previewGone }: CommitFacts): Said {
  switch (state) {
    case 'live':
      return previewGone === null
        ? { state: 'success', text: 'Live', url }
        : { state: 'success', text: `It was live; it is gone: ${previewGone}` };
    case 'passed':
      return { state: 'success', text: `Passed: ${reason}` };
    case 'failed':
    case 'refused':
      return { state: 'failure', text: reason ?? 'Failed' };
    case 'superseded':
      return { state: 'error', text: `Stopped: ${reason}` };
    case 'waiting':
    case 'running':
      return { state: 'pending', text: 'On its way' };
  }
}

function releaseStatus(facts: CommitFacts): Said {
  const { candidate, waitsForReview, state, reason, url } = facts;
  if (waitsForReview !== null) return { state: 'pending', text: waitsForReview };
  if (candidate !== null) return candidateStatus(candidate, url);
  switch (state) {
    case 'live':
      return { state: 'success', text: 'Live', url };
    case 'passed':
      return { state: 'success', text: `Passed: ${reason}` };
    case 'failed':
    case 'refused':
      return { state: 'failure', text: reason ?? 'Failed' };
    case 'superseded':
      return { state: 'error', text: `Stopped: ${reason}` };
    case 'waiting':
    case 'running':
      return { state: 'pending', text: 'Checking and building' };
  }
}

function candidateStatus(candidate: CandidateFacts, url: string | null): Said {
  const { number, state, stage, rolledBack } = candidate;
  const reason = candidate.reason ?? '';
  if (rolledBack !== null)
    return { state: 'failure', text: `Candidate ${number} was rolled back: ${rolledBack}` };
  switch (state) {
    case 'released':
      return { state: 'success', text: `Candidate ${number} is released`, url };
    case 'failed':
    case 'stopped':
      return { state: 'failure', text: `Candidate ${number} ${state}: ${reason}` };
    case 'superseded':
      return { state: 'error', text: `Candidate ${number} was overtaken: ${reason}` };
    default:
      return {
        state: 'pending',
        text: `Candidate ${number}${stage === null ? '' : ` in ${stage}`}${reason && `: ${reason}`}`,
      };
  }
}

function trainStatus({ train }: CommitFacts): Said | null {
  if (train === null) return null;
  const text = `Train ${train.number} ${train.state}${train.reason === null ? '' : `: ${train.reason}`}`;
  switch (train.state) {
    case 'arrived':
      return { state: 'success', text };
    case 'failed':
    case 'blocked':
      return { state: 'failure', text };
    case 'cancelled':
    case 'superseded':
      return { state: 'error', text };
    default:
      return { state: 'pending', text };
  }
}

/** Good: what Signalbox found of it by its checks and smoke tests, or a stage that it has passed. */
function goodStatus({ state, candidate, reason, good }: CommitFacts): Said {
  const rolledBack = candidate?.rolledBack ?? null;
  if (rolledBack !== null) return { state: 'failure', text: `Rolled back: ${rolledBack}` };
  if (good !== null) return { state: 'success', text: `Good: ${good}` };
  if (candidate?.hasPassedOne === true)
    return { state: 'success', text: `Good: candidate ${candidate.number} passed its first stage` };
  if (state === 'failed') return { state: 'failure', text: reason ?? 'Failed' };
  if (state === 'superseded') return { state: 'error', text: `Stopped: ${reason}` };
  return { state: 'pending', text: 'Nobody knows yet whether it is good' };
}

/** `url`: where its environment is, if it serves. Pure. */
export function deploymentOf(
  { environment, environmentState, commit, state, serves }: DeployFacts,
  url: string,
): Extract<HostMessage, { what: 'deployment' }> {
  const isGone = environmentState === 'destroying' || environmentState === 'destroyed';
  const shown = isGone ? 'gone' : serves ? 'live' : deployState(state);
  return {
    what: 'deployment',
    commit,
    environment,
    state: shown,
    url: shown === 'live' ? url : null,
  };
}

function deployState(state: DeployFacts['state']): HostDeployment['state'] {
  switch (state) {
    case 'running':
      return 'running';
    case 'failed':
    case 'rolled-back':
      return 'failed';
    // It has all its requests only where it serves.
    case 'live':
    case 'replaced':
    case 'superseded':
      return 'gone';
  }
}
