import { useState } from 'preact/hooks';
import { replayRollout } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import { plural } from '../../words/number-words.ts';
import type { Evidence } from './evidence-series.ts';
import { eMeaning, eValue, eVerdict } from './evidence-words.ts';

/** What each metric says so far, in words; and the same verdict made again from the counts. */
export function MetricsPanel({ rollout, evidence }: { rollout: string; evidence: Evidence }) {
  const [replay, setReplay] = useState<Answer<'replayRollout'> | null>(null);
  return (
    <Panel
      title="What the evidence says"
      verbs={
        <Verb
          of={replayRollout}
          label="Recompute the verdict"
          says="The verdict was made again from the counts."
          input={() => ({ rollout })}
          done={setReplay}
        />
      }
    >
      {replay && <Replay of={replay} />}
      <ul class="rollout-list">
        {evidence.metrics.map(({ metric, e, ratio }) => (
          <li key={metric}>
            <p>
              <b>{metric}</b> <Status state={eVerdict(e, evidence)} /> e = {eValue(e)}
              {ratio !== null && `, ${Number(ratio.toPrecision(2))} × the rate of the old release`}
            </p>
            <p class="soft">{eMeaning(e, evidence)}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const mostShown = 10;

const Replay = ({ of: { ticks, words, differences } }: { of: Answer<'replayRollout'> }) => (
  <div role="status">
    <p>
      <Status
        state={differences.length === 0 ? 'the same' : plural(differences.length, 'difference')}
        tone={differences.length === 0 ? 'good' : 'bad'}
      />{' '}
      {plural(ticks, 'second')} judged again. {words}
    </p>
    <ul>
      {differences.slice(0, mostShown).map(({ tick, what, stored, recomputed }) => (
        <li key={`${tick} ${what}`}>
          second {tick}, {what}: {stored} then, {recomputed} now
        </li>
      ))}
    </ul>
  </div>
);
