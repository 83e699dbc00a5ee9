import { useState } from 'preact/hooks';
import { openSession } from 'virtual:endpoints';
import { call } from '../../data/call.ts';
import { session } from '../../data/credentials.ts';
import { Refusal } from '../../data/refusal.ts';
import { forgetAnswers } from '../../data/use-resource.ts';
import { Trouble } from '../../parts/trouble.tsx';
import { useTitle } from '../../parts/use-title.ts';

/** The token is sent once; a cookie that no script can read takes its place. Where one wanted to go stays in the address. */
export function SignIn() {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  useTitle('Sign in');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get('token');
    const token = typeof given === 'string' ? given.trim() : '';
    setBusy(true);
    try {
      const opened = await call(openSession, { token });
      // Shown to somebody else before, perhaps.
      forgetAnswers();
      session.value = opened;
    } catch (error) {
      setRefusal(Refusal.of(error));
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>
          <img src="/favicon.svg" alt="" width="32" height="32" /> Signalbox
        </h1>
        <label>
          <span>Your token</span>
          <input
            name="token"
            type="password"
            required
            autofocus
            autocomplete="current-password"
            placeholder="sbx_…"
            spellcheck={false}
          />
        </label>
        {refusal && <Trouble refusal={refusal} />}
        <button type="submit" class="main" disabled={isBusy} aria-busy={isBusy}>
          Sign in
        </button>
        <p class="soft">
          The first one is printed by <code>signalbox up</code> and kept in the file{' '}
          <code>admin-token</code> of its data directory. An admin makes more:{' '}
          <code>signalbox token create NAME --role developer</code>
        </p>
      </form>
    </main>
  );
}
