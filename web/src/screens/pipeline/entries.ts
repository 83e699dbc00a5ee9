import type { Answer } from '../../data/call.ts';

export type Listed = Answer<'listCandidates'>['candidates'][number];
type Pushed = Answer<'listPushes'>['pushes'][number];

/** A candidate, or a push of the main branch that became none, or has not yet. */
export interface Entry {
  /** null: it is no candidate. */
  number: number | null;
  push: string;
  commit: string;
  state: string;
  reason: string | null;
  at: string;
  /** How far it came: `staging 2/3`. */
  where: string;
}

/** Newest first. `limit`: as many candidates were asked for. */
export function entriesOf(
  candidates: readonly Listed[],
  pushes: readonly Pushed[],
  limit: number,
): Entry[] {
  const known = new Set(candidates.map(({ push }) => push));
  // Of older pushes it is not known whether they became candidates.
  const isAll = candidates.length < limit;
  const since = isAll ? 0 : Date.parse(candidates.at(-1)!.createdAt);
  const others = pushes.filter(({ id, at }) => !known.has(id) && Date.parse(at) >= since);
  return [...candidates.map(ofCandidate), ...others.map(ofPush)].sort(
    (one, other) => Date.parse(other.at) - Date.parse(one.at),
  );
}

const ofCandidate = (candidate: Listed): Entry => {
  const { number, push, commit, state, reason, createdAt: at } = candidate;
  return { number, push, commit, state, reason, at, where: placeOf(candidate) };
};

const ofPush = ({ id: push, commit, state, reason, at }: Pushed): Entry => {
  return { number: null, push, commit, state, reason, at, where: '' };
};

/** Where it is now, or where it ended. */
function placeOf({ state, endedAt, stages }: Listed): string {
  if (state === 'released') return '';
  const at =
    endedAt === null
      ? stages.findIndex((stage) => stage.endedAt === null)
      : stages.findLastIndex((stage) => stage.endedAt !== null);
  return at < 0 ? '' : `${stages[at]?.name} ${at + 1}/${stages.length}`;
}

/** The newest candidate, unless something newer is on its way to become one, or has failed to. */
export const newestOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.find(
    ({ number, state }) =>
      number !== null || ['waiting', 'running', 'failed', 'refused'].includes(state),
  ) ?? entries[0];
