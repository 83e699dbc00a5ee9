import { useState } from 'preact/hooks';
import type { CallName } from '../../../src/api/contract/all.ts';
import { call, type Answer, type EndpointRef, type Given } from '../data/call.ts';
import { may } from '../data/credentials.ts';
import { Refusal } from '../data/refusal.ts';
import { AskDialog, type Answers, type Question } from './ask-dialog.tsx';
import { sendLater } from './send-later.ts';
import { toast } from './toasts.tsx';

interface VerbProps<Name extends CallName> {
  /** What it asks of the API. Nobody sees a verb whose role they do not have. */
  of: EndpointRef<Name>;
  label: string;
  input: (answers: Answers) => Given<Name>;
  /** What is asked before; absent: it is done at once. */
  ask?: Question;
  kind?: 'plain' | 'main' | 'danger';
  disabled?: boolean;
  /** For this long it can be taken back: it is sent only then, or when the page is left. */
  undoMs?: number;
  /** What to say when it is done, or what is said while it can be taken back; absent: the answer's own text. */
  says?: string;
  done?: (answer: Answer<Name>) => void;
}

/** A button that does one thing through the API, and says how it went. */
export function Verb<Name extends CallName>(props: VerbProps<Name>) {
  const { of, label, kind = 'plain', disabled = false } = props;
  // As it was when it was opened: what somebody read is what they say yes to, whatever comes meanwhile.
  const [asked, setAsked] = useState<VerbProps<Name> | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (!may(of[3])) return null;

  const act = async (what: VerbProps<Name>, answers: Answers): Promise<Refusal | null> => {
    setBusy(true);
    const refusal = await perform(what, answers);
    setBusy(false);
    return refusal;
  };
  const click = (): void => {
    if (props.ask) setAsked(props);
    else
      void act(props, {}).then((refusal) => refusal && toast({ text: refusal.message, refusal }));
  };
  return (
    <>
      <button
        type="button"
        class={kind}
        disabled={disabled || isBusy}
        aria-busy={isBusy}
        onClick={click}
      >
        {label}
      </button>
      {asked?.ask && (
        <AskDialog
          title={asked.ask.title}
          question={asked.ask}
          label={asked.label}
          kind={kind}
          close={() => setAsked(null)}
          act={(answers) => act(asked, answers)}
        />
      )}
    </>
  );
}

/** null: it is done, or will be. */
async function perform<Name extends CallName>(
  { of, label, input, undoMs, says, done }: VerbProps<Name>,
  answers: Answers,
): Promise<Refusal | null> {
  try {
    const given = input(answers);
    if (undoMs !== undefined) {
      sendLater(of, given, { afterMs: undoMs, says: says ?? label, done });
      return null;
    }
    const answer = await call(of, given);
    const text = says ?? (answer as { text?: unknown }).text;
    toast({ text: typeof text === 'string' ? text : `${label}: done.` });
    done?.(answer);
    return null;
  } catch (error) {
    return Refusal.of(error);
  }
}
