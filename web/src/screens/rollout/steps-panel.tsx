import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { span } from '../../words/ago.ts';
import { now } from '../../words/clock.ts';
import { isUnderWay } from './evidence-words.ts';
import type { Details } from './rollout.tsx';

type Step = Details['steps'][number];

/** The shares it had and will have, why each step ended so, and what people ordered meanwhile. */
export const StepsPanel = ({ rollout }: { rollout: Details }) => (
  <Panel title="Steps">
    <ol class="rollout-steps">
      {rollout.steps.map((step) => (
        <StepCard key={step.step} step={step} rollout={rollout} />
      ))}
      {rollout.plan.map(({ step, weight, bakeMs }) => (
        <li key={step}>
          <p class="rollout-weight">{weight} %</p>
          <p>
            <Status state="to come" tone="off" />
          </p>
          {bakeMs > 0 && <p class="soft">Watched for {span(bakeMs)} or longer.</p>}
        </li>
      ))}
      <Goal state={rollout.state} />
    </ol>
    {rollout.orders.length > 0 && (
      <ul class="rollout-orders">
        {rollout.orders.map(({ kind, by, reason, at }) => (
          <li key={at}>
            <b>{kind}</b> by {by}
            {reason && `: ${reason}`}, <Ago at={at} />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

function StepCard({ step, rollout }: { step: Step; rollout: Details }) {
  const { beganAt, endedAt, outcome, canSee, why } = step;
  const isNow = endedAt === null && isUnderWay(rollout.state);
  const lasts = span((endedAt === null ? now.value : Date.parse(endedAt)) - Date.parse(beganAt));
  const state = outcome ?? (isNow ? (rollout.pausedBy === null ? 'running' : 'paused') : 'ended');
  return (
    <li aria-current={isNow ? 'step' : undefined}>
      <p class="rollout-weight">{step.weight} %</p>
      <p>
        <Status state={state} tone={toneOf[state] ?? 'off'} />{' '}
        {(endedAt !== null || isNow) && <span class="soft">{lasts}</span>}
      </p>
      {why && <p>{why}</p>}
      {canSee && <p class="soft">{canSee}</p>}
    </li>
  );
}

const toneOf: Readonly<Record<string, 'good' | 'bad' | 'busy' | 'wait'>> = {
  passed: 'good',
  'proved healthy': 'good',
  promoted: 'good',
  'rolled back': 'bad',
  running: 'busy',
  paused: 'wait',
};

/** Where every strategy ends that ends well. */
function Goal({ state }: { state: string }) {
  const isThere = state === 'promoted';
  const word = isThere ? 'reached' : state === 'running' ? 'to come' : 'not reached';
  return (
    <li>
      <p class="rollout-weight">100 %</p>
      <p>
        <Status state={word} tone={isThere ? 'good' : 'off'} />
      </p>
      <p class="soft">All requests go to the new release.</p>
    </li>
  );
}
