import type { ShownCandidate, ShownStage } from './show-candidates.ts';
import { gateVerdict } from './candidate.ts';

/** What to type so that a candidate goes on, or its failure is mended; empty: nothing is asked of anybody. */
export function whatNext(
  candidate: Pick<ShownCandidate, 'app' | 'number' | 'state' | 'stages'>,
): string[] {
  const { app, number, state, stages } = candidate;
  if (state === 'failed') return stages.find((stage) => stage.state === 'failed')?.fix ?? [];
  if (state !== 'waiting') return [];
  const next = stages.find(({ endedAt }) => endedAt === null);
  if (!next) return [];
  if (isOpen(next) && next.approval === 'train') return [`signalbox train ${app}`];
  if (isOpen(next)) return gateSteps(next, `${app} ${number}`);
  const lane = `${app}/${next.environmentName}`;
  return [
    `signalbox lane ${lane}`,
    `Once it is safe: signalbox lane ${lane} lift --reason "…"`,
    ...skipStep(next, `${app} ${number}`),
  ];
}

const isOpen = ({ gate }: ShownStage): boolean =>
  gate !== null && gateVerdict(gate.askedOf, gate.answers).kind === 'open';

const gateSteps = (stage: ShownStage, candidate: string): string[] => [
  `signalbox approve ${candidate}`,
  `signalbox reject ${candidate} --note "…"`,
  ...skipStep(stage, candidate),
];

const skipStep = ({ optional, name }: ShownStage, candidate: string): string[] =>
  optional ? [`signalbox skip ${candidate} ${name} --reason "…"`] : [];
