import { delegateVote } from 'virtual:endpoints';
import { session } from '../../data/credentials.ts';
import { reason } from '../../parts/ask-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import { Rows } from './rows.tsx';
import {
  because,
  isMissed,
  passengerOf,
  voteOf,
  type Passenger,
  type Shown,
} from './train-words.ts';
import { Bad, Good } from './vote-verbs.tsx';
import { HowSaid } from './votes-panel.tsx';

/** Who is asked, and what they say. */
export const AnswersPanel = ({ train }: { train: Shown }) => (
  <Panel title="Those on board" verbs={<AnswerVerbs train={train} />}>
    {train.passengers.length === 0 ? (
      <p class="empty">Nobody need be asked about what is on board.</p>
    ) : (
      <Rows
        of={train.passengers}
        columns={{
          Who: ({ voter, known, changes }) => (
            <>
              {voter}
              <p class="soft">
                {changes.join(', ')}
                {!known && ' · unknown here'}
              </p>
            </>
          ),
          Says: (passenger) => <Says train={train} passenger={passenger} />,
        }}
      />
    )}
  </Panel>
);

function AnswerVerbs({ train }: { train: Shown }) {
  const who = session.value;
  const me = who && passengerOf(train, who);
  const others = train.passengers.flatMap((one) =>
    one !== me && isMissed(train, one) ? one.voter : [],
  );
  return (
    <>
      {others.length > 0 && (
        <>
          <Good train={train} others={others} />
          <Bad train={train} others={others} />
        </>
      )}
      {who?.token != null && (
        <Verb
          of={delegateVote}
          label="Delegate"
          ask={{
            title: 'Let somebody else answer for you?',
            text: `About the trains of ${train.app}, for 30 days.`,
            fields: [{ name: 'to', label: 'Their name', required: true }, reason(false)],
          }}
          input={({ to = '', reason: why }) => ({ app: train.app, to, ...because(why) })}
        />
      )}
    </>
  );
}

function Says({ train, passenger }: { train: Shown; passenger: Passenger }) {
  const { answer, answerReason, voter } = passenger;
  if (answer === null) {
    const missed = isMissed(train, passenger);
    return <Status state={missed ? 'missing' : 'no word'} tone={missed ? 'wait' : 'off'} />;
  }
  return (
    <>
      <Status state={answer} tone={answer} />
      {answerReason !== null && <p>{answerReason}</p>}
      <HowSaid vote={voteOf(train, voter)} />
    </>
  );
}
