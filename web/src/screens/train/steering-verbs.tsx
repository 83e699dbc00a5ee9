import { cancelTrain, ejectChanges, forceTrain, holdTrain, unholdTrain } from 'virtual:endpoints';
import { may, session } from '../../data/credentials.ts';
import { reason } from '../../parts/ask-dialog.tsx';
import { Verb } from '../../parts/verb.tsx';
import { offWords } from './changes-panel.tsx';
import {
  badChange,
  because,
  isOpen,
  nameOf,
  namedChange,
  passengerOf,
  questionFor,
  type Shown,
} from './train-words.ts';
import { Bad } from './vote-verbs.tsx';

interface TrainProps {
  train: Shown;
}

/** What can be done with the whole train before it leaves for production. */
export function SteeringVerbs({ train }: TrainProps) {
  const { app, state, stages, holds } = train;
  const isBeforeLast = state === 'releasing' && stages.at(-1)?.state === 'waiting';
  return (
    <>
      {isOpen(train) && (
        <>
          <EjectBad train={train} />
          <LateBad train={train} />
          <Hold app={app} />
          {holds.length > 0 && (
            <Verb of={unholdTrain} label="Lift the hold" input={() => ({ app })} />
          )}
          <Force train={train} />
        </>
      )}
      {(isOpen(train) || isBeforeLast) && (
        <Verb
          of={cancelTrain}
          label="Cancel the train"
          kind="danger"
          ask={{
            title: `Cancel train ${train.number}?`,
            text: 'What is on board is on the next one.',
            fields: [reason()],
          }}
          input={({ reason: why = '' }) => ({ app, reason: why })}
        />
      )}
    </>
  );
}

/** For those on board, and release managers: also after they said good. Whoever is asked has it in the question. */
function LateBad({ train }: TrainProps) {
  const who = session.value;
  if (!who || questionFor(train, who)) return null;
  return passengerOf(train, who) || may('release-manager') ? <Bad train={train} /> : null;
}

function EjectBad({ train }: TrainProps) {
  const bad = badChange(train);
  return (
    bad && (
      <Verb
        of={ejectChanges}
        label={`Eject ${nameOf(bad)}`}
        kind="main"
        ask={{
          title: `Go on without ${namedChange(bad)}?`,
          text: offWords,
          fields: [reason(false)],
        }}
        input={({ reason: why }) => ({ app: train.app, changes: [bad.commit], ...because(why) })}
      />
    )
  );
}

const hours = ['¼', '½', '1', '2', '4', '24'];
const seconds = ['900', '1800', '3600', '7200', '14400', '86400'];

const Hold = ({ app }: { app: string }) => (
  <Verb
    of={holdTrain}
    label="Hold"
    ask={{
      title: 'Hold the train?',
      text: 'It does not go to production meanwhile; no answer is lost.',
      fields: [
        {
          name: 'seconds',
          label: 'For',
          kind: 'choice',
          choices: seconds.map((one, at) => [one, `${hours[at]} h`]),
          value: '3600',
        },
        reason(),
      ],
    }}
    input={({ seconds: chosen, reason: why = '' }) => ({
      app,
      seconds: Number(chosen),
      reason: why,
    })}
  />
);

/** Past everything but a hold and a freeze. */
const Force = ({ train: { app, number, state, consent } }: TrainProps) =>
  consent.kind === 'agreed' && state !== 'agreed' ? null : (
    <Verb
      of={forceTrain}
      label="Force"
      kind="danger"
      ask={{
        title: `Send train ${number} on without everybody’s word?`,
        text: 'It passes missing answers, a no and closed windows, but no hold and no freeze. Where signalbox.yaml says “force-by: 2”, a second release manager has to force it as well.',
        fields: [reason()],
      }}
      input={({ reason: why = '' }) => ({ app, reason: why })}
    />
  );
