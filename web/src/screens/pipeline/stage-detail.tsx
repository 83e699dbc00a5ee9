import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { readTestLog } from 'virtual:endpoints';
import { addressOf } from '../../data/call.ts';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Status } from '../../parts/status.tsx';
import { Fixes } from '../../parts/trouble.tsx';
import { now } from '../../words/clock.ts';
import { KeptLog, Lines } from './kept-log.tsx';
import { logEnd } from './log-end.ts';
import { askedWords, countsOf, type Candidate, type Stage } from './station.ts';
import { Took } from './took.tsx';

interface StageDetailProps {
  app: string;
  candidate: Candidate;
  stage: Stage;
}

/** What happened in a stage: who let it in, its tests, what was judged, and where to look. */
export function StageDetail({ app, candidate, stage }: StageDetailProps) {
  const { environmentName, keptUntil, performance, tests, deploy } = stage;
  const isKept = keptUntil !== null && Date.parse(keptUntil) > now.value;
  const isThere = deploy !== null && (stage.environment === 'shared' || !stage.endedAt || isKept);
  const telling = tests.find(({ state }) => state !== 'passed');
  return (
    <>
      {/* Those of a stage that ends the candidate stand above. */}
      {stage.optional && <Fixes fix={stage.fix} />}
      <Gate app={app} stage={stage} />
      {tests.map((test) => (
        <Test
          key={test.name}
          of={{ app, number: candidate.number, stage: stage.name, test: test.name }}
          test={test}
          isTelling={test === telling}
        />
      ))}
      {performance.map(({ test, verdict, words }) => (
        <p key={test} class={verdict === 'worse' ? 'bad' : ''}>
          <b>{test}:</b> {words}
        </p>
      ))}
      {stage.logTail && !tests.some(({ logTail }) => logTail) && (
        <Lines name={stage.name} lines={stage.logTail} />
      )}
      {isThere && (
        <p>
          Environment <Link href={places.environment(app, environmentName)}>{environmentName}</Link>
          {isKept && (
            <>
              {' '}
              is kept for looking at; it ends <Ago at={keptUntil} />
            </>
          )}
        </p>
      )}
    </>
  );
}

type OneTest = Stage['tests'][number];

function Gate({ app, stage: { name, gate, approval, endedAt } }: { app: string; stage: Stage }) {
  if (!gate) return null;
  const { open, missing, unreachable, answers } = gate;
  return (
    <>
      <h3>Who lets it into {name}</h3>
      <ul>
        {answers.map(({ by, answer, note, at }) => (
          <li key={by}>
            {by} {answer === 'approve' ? 'approved' : 'rejected'} <Ago at={at} />
            {note && `: ${note}`}
          </li>
        ))}
        {open && !endedAt && <li>Waits for {askedWords(approval, missing)}.</li>}
        {unreachable.length > 0 && <li>Nobody here is known to be {unreachable.join(', ')}.</li>}
      </ul>
      {approval === 'train' && <Link href={places.train(app)}>Train</Link>}
    </>
  );
}

interface TestProps {
  of: { app: string; number: number; stage: string; test: string };
  test: OneTest;
  /** Its log is what one comes for. */
  isTelling: boolean;
}

function Test({ of, test, isTelling }: TestProps) {
  const { name, state, failures, startedAt, endedAt, logTail, failed, skipped } = test;
  const [isOpen, setOpen] = useState(isTelling);
  const more = (failed ?? 0) - failures.length;
  return (
    <section class="pipeline-test">
      <h3>{name}</h3>
      <p class="pipeline-state">
        <Status state={state} /> {test.total !== null && countsOf(test)}
        {skipped ? `, ${skipped} skipped` : ''} <Took of={{ from: startedAt, to: endedAt }} />
      </p>
      {failures.map(({ name, suite, message }) => (
        <div key={`${suite}${name}`}>
          <p class="bad">{[suite, name].filter(Boolean).join(' › ')}</p>
          {message && <pre class="pipeline-words">{message}</pre>}
        </div>
      ))}
      {more > 0 && <p class="soft">and {more} more</p>}
      {/* One at a time: each that runs holds one of the six connections of a browser. */}
      <details
        name="pipeline-log"
        open={isOpen}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary>Log of {name}</summary>
        {isOpen && (
          <KeptLog
            name={name}
            source={addressOf(readTestLog, { ...of, ...logEnd })}
            tail={logTail}
          />
        )}
      </details>
    </section>
  );
}
