import { useEffect, useMemo, useState } from 'preact/hooks';
import { getSession } from 'virtual:endpoints';
import { bearer, session } from '../../data/credentials.ts';
import { Refusal } from '../../data/refusal.ts';
import { useResource } from '../../data/use-resource.ts';
import { Trouble } from '../../parts/trouble.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { useAwake } from './use-awake.ts';
import { Wall } from './wall.tsx';
import './radiator.css';

/** Asks again, so that a screen that was switched on before the controller begins by itself. */
const askAgainMs = 30_000;

/** All apps for who stands four metres away, for days, and nothing to click. */
export function Radiator() {
  useTitle('Radiator');
  useAwake();
  const [refused, setRefused] = useState<Refusal | null>(null);
  // What stands behind the # no server and no log ever sees. Known before the first question is asked.
  const place = useMemo(() => new URLSearchParams(location.hash.slice(1)), []);
  const token = useMemo(() => (bearer.value = place.get('token')), []);
  const {
    value: answer,
    refusal,
    reload,
  } = useResource(getSession, refused ? null : {}, {
    wakes: () => false,
    everyMs: askAgainMs,
  });
  useEffect(() => {
    const who = answer.value?.session;
    if (who === undefined) return;
    const mayNot = refusalOf(who?.role, token);
    if (mayNot) bearer.value = null;
    session.value = mayNot ? null : who;
    setRefused(mayNot);
  }, [answer.value]);
  // Somebody has just been told that the token opens nothing any more.
  useEffect(() => {
    if (session.value === null) reload();
  }, [session.value]);
  useEffect(() => {
    const anew = (): void => location.reload();
    addEventListener('hashchange', anew);
    return () => {
      removeEventListener('hashchange', anew);
      bearer.value = null;
      session.value = undefined;
    };
  }, []);
  const trouble = refused ?? (answer.value ? null : refusal.value);
  return (
    <main class="radiator">
      {trouble ? (
        <>
          <h1>Radiator</h1>
          <Trouble refusal={trouble} />
        </>
      ) : (
        session.value && <Wall apps={place.getAll('app')} howTo={token === null ? howTo() : []} />
      )}
    </main>
  );
}

/** null: it is shown to them. */
function refusalOf(role: string | undefined, token: string | null): Refusal | null {
  if (role && (token === null || role === 'viewer')) return null;
  const what = role
    ? `This token has the role ${role}, so nothing is shown with it.`
    : token === null
      ? 'Nobody is signed in here, and there is no token in the address.'
      : 'The token in the address opens nothing.';
  const why = 'A radiator takes the token of a viewer: whoever stands before it could read it.';
  return new Refusal({ status: 403, code: 'radiator', what, why, fix: howTo() });
}

const howTo = (): string[] => [
  'signalbox token create hall-tv --role viewer',
  `Open ${location.origin}/radiator#token=TOKEN with it, and &app=NAME to see that app only.`,
];
