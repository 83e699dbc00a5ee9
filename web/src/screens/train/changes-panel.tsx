import { ejectChanges, revertChanges } from 'virtual:endpoints';
import { reason, type Answers, type Question } from '../../parts/ask-dialog.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Verb } from '../../parts/verb.tsx';
import { ChangeRows } from './change-rows.tsx';
import { because, isOpen, namedChange, onBoard, type Shown } from './train-words.ts';

/** What is on board, and what was. */
export function ChangesPanel({ train }: { train: Shown }) {
  const { app, changes } = train;
  const left = onBoard(train);
  const ask = (title: string, text: string): Question => ({
    title,
    text,
    fields: [
      ...left.map((change) => ({
        name: change.commit,
        label: namedChange(change),
        kind: 'check' as const,
      })),
      reason(false),
    ],
  });
  const input = ({ reason: why, ...ticked }: Answers) => ({
    app,
    changes: Object.keys(ticked),
    ...because(why),
  });
  const verbs = isOpen(train) && (
    <>
      {left.length > 1 && (
        <Verb
          of={ejectChanges}
          label="Eject …"
          ask={ask('Take changes off?', offWords)}
          input={input}
        />
      )}
      <Verb
        of={revertChanges}
        label="Revert …"
        ask={ask('Take changes back?', backWords)}
        input={input}
      />
    </>
  );
  return (
    <Panel title="On board" verbs={verbs}>
      <ChangeRows changes={changes} />
    </Panel>
  );
}

export const offWords =
  'What is left is checked, built and tested anew. The main branch keeps all of it, and the next train has it.';
const backWords =
  'Off the train, and undone on the main branch. Where nothing else is on board, the train is cancelled.';
