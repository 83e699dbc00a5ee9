import { useState } from 'preact/hooks';
import type { Refusal } from '../data/refusal.ts';
import { Dialog } from './dialog.tsx';
import { Trouble } from './trouble.tsx';

export type Answers = Readonly<Record<string, string>>;

export interface Field {
  name: string;
  label: string;
  kind?: 'text' | 'number' | 'check' | 'choice' | 'long';
  /** Of a choice: value and words. */
  choices?: readonly (readonly [value: string, words: string])[];
  value?: string;
  required?: boolean;
  /** Must be typed exactly so, for what cannot be taken back. */
  exactly?: string;
}

/** What somebody is asked before something is done. */
export interface Question {
  title: string;
  text?: string;
  fields?: readonly Field[];
}

/** The usual question: why. */
export const reason = (required = true): Field => ({ name: 'reason', label: 'Reason', required });

interface AskDialogProps {
  title: string;
  question: Question;
  label: string;
  kind: string;
  close: () => void;
  act: (answers: Answers) => Promise<Refusal | null>;
}

/** A form in a dialog. It closes when it is done, and says why where it is not. */
export function AskDialog({ title, question, label, kind, close, act }: AskDialogProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const answers = Object.fromEntries(
      [...given].map(([key, value]) => [key, typeof value === 'string' ? value.trim() : '']),
    );
    const refused = await act(answers);
    setBusy(false);
    setRefusal(refused);
    if (!refused) close();
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        {question.text && <p>{question.text}</p>}
        {question.fields?.map((field) => (
          <FieldLine key={field.name} field={field} />
        ))}
        {refusal && <Trouble refusal={refusal} />}
        <div class="verbs">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class={kind === 'plain' ? 'main' : kind} disabled={isBusy}>
            {label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function FieldLine({ field }: { field: Field }) {
  const { name, label, kind = 'text', choices = [], value = '', required = false, exactly } = field;
  const given = { name, required: required || exactly !== undefined, autocomplete: 'off' };
  if (kind === 'check')
    return (
      <label class="check">
        <input type="checkbox" name={name} value="yes" required={required} /> {label}
      </label>
    );
  return (
    <label>
      <span>
        {label}
        {!given.required && <span class="soft"> (if you like)</span>}
      </span>
      {kind === 'choice' && (
        <select name={name} defaultValue={value}>
          {choices.map(([choice, words]) => (
            <option key={choice} value={choice} selected={choice === value}>
              {words}
            </option>
          ))}
        </select>
      )}
      {kind === 'long' && <textarea {...given} rows={4} defaultValue={value} />}
      {(kind === 'text' || kind === 'number') && (
        <input
          {...given}
          type={kind}
          list={undefined}
          defaultValue={value}
          maxLength={500}
          {...(exactly === undefined
            ? {}
            : { pattern: escaped(exactly), title: `Type ${exactly}` })}
        />
      )}
    </label>
  );
}

/** For `pattern`, which is read with the v flag. */
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
