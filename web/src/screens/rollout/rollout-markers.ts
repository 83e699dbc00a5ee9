import type { Wire } from '../../data/call.ts';
import type { RolloutDetails } from '../../../../src/api/contract/rollouts.ts';
import type { Marker } from '../../parts/chart-props.ts';

type Details = Wire<RolloutDetails>;
type Own = Pick<Details, 'steps' | 'orders' | 'state' | 'endedAt'>;

/** What happened to a rollout, oldest first. Pure. */
export function rolloutMarkers({ steps, orders, state, endedAt }: Own): Marker[] {
  return [
    ...steps.map(({ step, weight, beganAt }) => ({
      at: seconds(beganAt),
      label: `step ${step}: ${weight} % of the users`,
      short: `${weight} %`,
    })),
    ...orders.map(({ kind, by, reason, at }) => ({
      at: seconds(at),
      label: `${kind} by ${by}${reason === null ? '' : `: ${reason}`}`,
      short: kind,
    })),
    ...(endedAt === null ? [] : [{ at: seconds(endedAt), label: state, short: state }]),
  ].sort((one, other) => one.at - other.at);
}

/** What else happened to its app meanwhile: elsewhere faintly. Pure. */
export const meanwhileMarkers = ({
  happened,
  environment,
}: Pick<Details, 'happened' | 'environment'>): Marker[] =>
  happened.map(({ at, kind, text, environment: where }) =>
    where === environment
      ? { at: seconds(at), label: text, short: kind }
      : { at: seconds(at), label: text, faint: true },
  );

const seconds = (instant: string): number => Date.parse(instant) / 1000;
