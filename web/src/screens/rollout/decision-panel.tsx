import type { ComponentChildren } from 'preact';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { span } from '../../words/ago.ts';
import { grouped, percent } from '../../words/number-words.ts';
import type { Details } from './rollout.tsx';

/** What it does and waits for, or how it ended and why. `words`: what the judge says. */
export function DecisionPanel({ rollout, words }: { rollout: Details; words: string | null }) {
  const { state, phase, decision, decidedBy, pausedBy, hidden } = rollout;
  const isPaused = state === 'running' && pausedBy !== null;
  const said = decision ?? phase;
  return (
    <Panel
      title={`Deploy ${rollout.number}, ${rollout.strategy}`}
      verbs={<Status state={isPaused ? 'paused' : state} {...(isPaused ? { tone: 'wait' } : {})} />}
    >
      <p class="big rollout-said">{sentence(said)}</p>
      {decision !== null && decidedBy && <p class="soft">Decided by {decidedBy}.</p>}
      {words !== null && !said.includes(words) && <p>The judge: {words}</p>}
      <Facts rollout={rollout} />
      {hidden.length > 0 && (
        <ul>
          {hidden.map(({ instance, why, since }) => (
            <li key={instance}>
              Instance <code>{instance}</code> is hidden from visitors (<Ago at={since} />
              ): {why}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Facts({ rollout }: { rollout: Details }) {
  const { commit, stableCommit, weight, startedAt, endedAt, evidence } = rollout;
  return (
    <dl class="rollout-facts">
      <Fact term="New release">
        <Commit commit={commit} />
      </Fact>
      <Fact term="Before it">
        <Commit commit={stableCommit} />
      </Fact>
      <Fact term="Of the users">{weight} %</Fact>
      <Fact term={endedAt === null ? 'Begun' : 'Took'}>
        {endedAt === null ? (
          <Ago at={startedAt} />
        ) : (
          span(Date.parse(endedAt) - Date.parse(startedAt))
        )}
      </Fact>
      <Fact term="Seconds judged">{grouped(evidence.ticks)}</Fact>
      <Fact term="Bad answers, new">{bad(evidence.candidate)}</Fact>
      <Fact term="Bad answers, before">{bad(evidence.stable)}</Fact>
    </dl>
  );
}

const Fact = ({ term, children }: { term: string; children: ComponentChildren }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

const bad = ({ requests, bad }: { requests: number; bad: number }): string =>
  requests === 0 ? '–' : `${percent(bad / requests)}, ${grouped(bad)} of ${grouped(requests)}`;

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
