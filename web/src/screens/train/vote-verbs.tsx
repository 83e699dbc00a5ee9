import { sayBad, sayGood } from 'virtual:endpoints';
import { reason } from '../../parts/ask-dialog.tsx';
import { Verb } from '../../parts/verb.tsx';
import { namedChange, onBoard, type Shown } from './train-words.ts';
import { useMessage } from './use-message.ts';

interface VoteProps {
  train: Shown;
  /** Those in whose place the speaker may answer; absent: for oneself. */
  others?: readonly string[];
}

/** What was said so far: after it, the same word is another one. */
const saidOf = ({ commit, votes }: Shown): string => `${commit} ${votes.length}`;
const choice = (name: string, label: string, choices: (readonly [string, string])[]) =>
  ({ name, label, kind: 'choice', choices }) as const;
const whomOf = (others: readonly string[]) =>
  choice(
    'whom',
    'For whom',
    others.map((voter) => [voter, voter]),
  );

/** A good to the commit that is shown, and to no other. */
export function Good({ train, others }: VoteProps) {
  const { app, commit } = train;
  const message = useMessage(saidOf(train));
  if (!others)
    return <Verb of={sayGood} label="Good" kind="main" input={() => ({ app, commit, message })} />;
  return (
    <Verb
      of={sayGood}
      label="Good for …"
      ask={{
        title: 'Say good for somebody else?',
        text: 'Their delegates may, and the owners of the train; for people unknown here a release manager.',
        fields: [whomOf(others), reason()],
      }}
      input={({ whom = '', reason: why = '' }) => ({
        app,
        commit,
        whom,
        reason: why,
        message: `${message}-${others.indexOf(whom)}`,
      })}
    />
  );
}

/** A no to the commit that is shown: nothing of it goes to production. */
export function Bad({ train, others = [] }: VoteProps) {
  const { app, commit } = train;
  const message = useMessage(saidOf(train));
  const isForOthers = others.length > 0;
  return (
    <Verb
      of={sayBad}
      label={isForOthers ? 'Bad for …' : 'Bad'}
      kind={isForOthers ? 'plain' : 'danger'}
      ask={{
        title: 'Stop the train?',
        text: 'It stays where it is until the no is lifted, or what is bad is taken off.',
        fields: [
          ...(isForOthers ? [whomOf(others)] : []),
          choice('change', 'What is bad', [
            ...onBoard(train).map((one) => [one.commit, namedChange(one).slice(0, 90)] as const),
            ['', 'All of it, or something else'],
          ]),
          { ...reason(), label: 'What is wrong with it' },
        ],
      }}
      input={({ whom = '', change = '', reason: why = '' }) => ({
        app,
        commit,
        reason: why,
        message: `${message}-${others.indexOf(whom)}`,
        ...(change ? { change } : {}),
        ...(whom ? { whom } : {}),
      })}
    />
  );
}
