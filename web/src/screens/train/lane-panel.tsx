import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { now } from '../../words/clock.ts';
import { stopsOf } from './lane.ts';
import { SteeringVerbs } from './steering-verbs.tsx';
import { headline, isOpen, nextReminder, type Shown } from './train-words.ts';

/** Where the train is, what it waits for, and its clock. */
export const LanePanel = ({ train }: { train: Shown }) => (
  <Panel title="Where it is" verbs={<SteeringVerbs train={train} />} wide>
    <p class="big" role="status">
      {headline(train)}
    </p>
    <ol class="train-lane" aria-label="Stops">
      {stopsOf(train).map(({ name, word, tone, isHere, isStage }) => (
        <li key={name} class={tone} aria-current={isHere ? 'step' : undefined}>
          <span class="train-stop">
            <Icon tone={tone} />
          </span>
          {isStage ? <Link href={places.environment(train.app, name)}>{name}</Link> : <b>{name}</b>}
          <span class={tone}>{word}</span>
        </li>
      ))}
    </ol>
    <Clock train={train} />
    {train.holds.map(({ by, reason, until }) => (
      <p key={until + by} class="notice wait">
        Held by {by}: {reason} · ends <Ago at={until} />
      </p>
    ))}
  </Panel>
);

function Clock({ train }: { train: Shown }) {
  const { app, commit, candidate, departedAt, answersUntil, endedAt, consent } = train;
  const reminder = nextReminder(train, now.value);
  return (
    <dl class="train-clock">
      <div>
        <dt>Departed</dt>
        <dd>
          <Ago at={departedAt} />
        </dd>
      </div>
      {isOpen(train) && train.askedAt !== null && answersUntil !== null && (
        <div>
          <dt>Answers {Date.parse(answersUntil) > now.value ? 'end' : 'were due'}</dt>
          <dd>
            <Ago at={answersUntil} />
            {reminder !== null && (
              <span class="soft">
                {' '}
                · reminder <Ago at={reminder} />
              </span>
            )}
          </dd>
        </div>
      )}
      {endedAt !== null && (
        <div>
          <dt>Ended</dt>
          <dd>
            <Ago at={endedAt} />
          </dd>
        </div>
      )}
      <div>
        <dt>Carries</dt>
        <dd>
          <Commit commit={commit} />{' '}
          {candidate !== null && (
            <Link href={places.pipeline(app, candidate)}>candidate {candidate}</Link>
          )}
        </dd>
      </div>
      {consent.words !== train.reason && (
        <div>
          <dt>Consent</dt>
          <dd>{consent.words}</dd>
        </div>
      )}
    </dl>
  );
}
