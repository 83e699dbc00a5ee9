import type { Output } from '../api/contract/all.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Cli } from './cli.ts';
import { ago, ahead, facts, short, stateStyle } from './words.ts';

type Lane = Output<'getLane'>;
type Details = NonNullable<Lane['rollout']>;

/** The rollout of an environment, its steps and evidence, its lane lock, and what a rollback reaches. */
export async function showStatus(cli: Cli, environment: string): Promise<void> {
  const lane = await (await cli.client()).call('getLane', { environment });
  cli.print.result(lane, () =>
    [
      lane.rollout
        ? rolloutWords(cli, lane.rollout)
        : `No release was ever rolled out to ${environment} step by step.`,
      laneWords(cli, lane),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
}

export async function showRollouts(
  cli: Cli,
  { environment, limit }: { environment: string | undefined; limit: number },
): Promise<void> {
  const client = await cli.client();
  const result = await (environment === undefined
    ? client.call('listOpenRollouts', { limit })
    : client.call('listRollouts', { environment, limit }));
  cli.print.result(result, ({ rollouts }) =>
    rollouts.length === 0
      ? environment === undefined
        ? 'No release is being rolled out.'
        : 'No release was rolled out there step by step.'
      : cli.print.rows(
          [
            { title: 'ENVIRONMENT' },
            { title: 'DEPLOY' },
            { title: 'COMMIT' },
            { title: 'STRATEGY' },
            { title: 'STATE', style: stateStyle },
            { title: 'SHARE' },
            { title: 'STARTED' },
            { title: 'ROLLOUT' },
            { title: 'WHY', least: 10 },
          ],
          rollouts.map((one) => [
            `${one.app}/${one.environmentName}`,
            String(one.number),
            short(one.commit),
            one.strategy,
            one.pausedBy === null ? one.state : 'paused',
            `${one.weight} %`,
            ago(one.startedAt),
            one.id,
            one.decision ?? one.phase,
          ]),
        ),
  );
}

/** Ends with 1 when what is recomputed is not what was written down. */
export async function showReplay(cli: Cli, rollout: string): Promise<void> {
  const replay = await (await cli.client()).call('replayRollout', { rollout });
  if (replay.differences.length > 0) cli.exitCode = 1;
  cli.print.result(replay, ({ ticks, words, metrics, differences }) => {
    const verdict = [
      `${ticks} seconds judged again. ${words ?? 'There was nothing to judge.'}`,
      ...metrics.map(({ metric, e }) => `${metric}: e = ${evidence(e)}`),
    ];
    if (differences.length === 0) return [...verdict, 'It is what was decided then.'].join('\n');
    const lines = differences
      .slice(0, mostDifferences)
      .map((one) => `tick ${one.tick}, ${one.what}: ${one.stored} then, ${one.recomputed} now`);
    const head = cli.print.style('red', `It differs in ${differences.length} places:`);
    return [...verdict, head, ...lines].join('\n');
  });
}

const mostDifferences = 20;

function rolloutWords(cli: Cli, rollout: Details): string {
  const { app, environmentName, number, commit, stableCommit, strategy } = rollout;
  const head = `${app}/${environmentName}: deploy ${number} (${short(commit)}), ${strategy}`;
  const state = rollout.pausedBy === null ? rollout.state : `paused by ${rollout.pausedBy}`;
  const told = facts({
    state: `${cli.print.style(stateStyle(rollout.state) ?? 'yellow', state)}, ${rollout.weight} % of the users`,
    before: stableCommit && short(stableCommit),
    rollout: rollout.id,
    now: rollout.endedAt === null ? rollout.phase : null,
    paused: rollout.phase?.includes(rollout.pauseReason ?? '') ? null : rollout.pauseReason,
    why: rollout.decision,
    'decided by': rollout.decidedBy,
    'to come': toCome(rollout),
    judged: judged(rollout),
    hidden: rollout.hidden.map(({ instance, why }) => `${instance} (${why})`).join(', '),
  });
  return [head, told, steps(cli, rollout)].filter(Boolean).join('\n');
}

/** `5 % for 10m, 25 % for 10m, then 100 %`. */
function toCome({ plan }: Details): string | null {
  if (plan.length === 0) return null;
  const shares = plan.map(({ weight, bakeMs }) =>
    bakeMs === 0 ? `${weight} %` : `${weight} % for ${formatDuration(bakeMs)}`,
  );
  return `${shares.join(', ')}, then 100 %`;
}

function judged({ evidence: seen }: Details): string | null {
  if (seen.ticks === 0) return null;
  const arm = ({ requests, bad }: { requests: number; bad: number }): string =>
    `${bad} of ${requests} bad`;
  const metrics = seen.metrics.map(({ metric, e }) => `${metric} e = ${evidence(e)}`).join(', ');
  return `${arm(seen.candidate)}, before it ${arm(seen.stable)}; ${metrics}: ${seen.action}`;
}

const evidence = (e: number): string => (e >= 1e6 ? e.toExponential(1) : e.toPrecision(3));

function steps(cli: Cli, { steps: all }: Details): string {
  if (all.length === 0) return '';
  return cli.print.rows(
    [
      { title: 'STEP' },
      { title: 'SHARE' },
      { title: 'BEGAN' },
      { title: 'ENDED' },
      { title: 'WHY' },
    ],
    all.map(({ step, weight, beganAt, outcome, why, canSee }) => [
      String(step),
      `${weight} %`,
      ago(beganAt),
      outcome ?? '-',
      why ?? canSee ?? '',
    ]),
  );
}

function laneWords(cli: Cli, { locks, warm, rollbacks, environmentName }: Lane): string {
  const lines = [
    ...locks.map(({ by, reason }) =>
      cli.print.style('yellow', `The lane is locked by ${by}: ${reason}`),
    ),
    ...(locks.length > 0 ? [`→ signalbox lane ${environmentName} lift --reason "…"`] : []),
    ...warm.map(
      ({ number, commit, until }) =>
        `Deploy ${number} (${short(commit)}) is kept warm; it ends ${ahead(until)}.`,
    ),
    ...rollbacks
      .slice(0, 1)
      .map(
        ({ by, at, reason, outcome }) =>
          `Rolled back ${ago(at)} by ${by}: ${reason} (${outcome ?? 'being tidied away'})`,
      ),
  ];
  return lines.join('\n');
}
