import { Link, useLocation } from 'wouter-preact';
import { closeSession, listApps } from 'virtual:endpoints';
import { call } from '../data/call.ts';
import { session } from '../data/credentials.ts';
import { useResource } from '../data/use-resource.ts';
import { appOf } from './app-of.ts';
import { LivePill } from './live-pill.tsx';
import { openPalette } from './palette.tsx';
import { places } from './places.ts';
import { nextTheme, theme } from './theme.ts';

const screens = [
  ['Overview', places.overview],
  ['Environments', places.environments],
  ['Pipeline', places.pipeline],
  ['Rollout', places.rollout],
  ['Train', places.train],
  ['Timeline', places.timeline],
  ['Delivery', places.delivery],
] as const;

/** Where one is, where one can go, whether what one sees is fresh, and who one is. */
export function Masthead() {
  const [path] = useLocation();
  const app = appOf(path);
  return (
    <header class="masthead">
      <Link href={places.apps()} class="brand">
        <img src="/favicon.svg" alt="" width="20" height="20" /> Signalbox
      </Link>
      <AppChoice app={app} />
      {app !== null && (
        <nav aria-label="Screens">
          {screens.map(([word, place]) => {
            const href = place(app);
            const isHere = href === path || (word !== 'Overview' && path.startsWith(`${href}/`));
            return (
              <Link key={word} href={href} aria-current={isHere ? 'page' : undefined}>
                {word}
              </Link>
            );
          })}
        </nav>
      )}
      <div class="self">
        <LivePill />
        <button type="button" class="quiet" onClick={openPalette} title="Go anywhere (Ctrl+K)">
          <span aria-hidden="true">⌕</span>
          <span class="wide-only"> Go to …</span>
          <span class="for-ears">Go anywhere</span>
        </button>
        <button type="button" class="quiet" onClick={nextTheme} title={`Colours: ${theme.value}`}>
          <span aria-hidden="true">{{ auto: '◐', light: '☀', dark: '☾' }[theme.value]}</span>
          <span class="for-ears">Colours: {theme.value}</span>
        </button>
        <Who />
      </div>
    </header>
  );
}

function AppChoice({ app }: { app: string | null }) {
  const [path, go] = useLocation();
  const apps = useResource(listApps, {}, { wakes: ({ kind }) => kind.startsWith('app-') });
  const known = apps.value.value?.apps ?? [];
  const choose = (name: string): void => {
    // The same screen of the other app, where it has one of its own.
    const screen = screens.find(
      ([, place]) => app !== null && path.startsWith(place(app)) && place !== places.overview,
    );
    go((screen?.[1] ?? places.overview)(name));
  };
  if (app === null) return null;
  return (
    <select aria-label="App" value={app} onChange={(event) => choose(event.currentTarget.value)}>
      {!known.some(({ name }) => name === app) && <option value={app}>{app}</option>}
      {known.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Who() {
  const who = session.value;
  if (!who) return null;
  const leave = async (): Promise<void> => {
    await call(closeSession, {}).catch(() => undefined);
    session.value = null;
  };
  return (
    <details class="who">
      <summary title={`${who.name}, ${who.role}`}>{who.name}</summary>
      <div class="menu">
        <p>
          {who.name}
          <br />
          <span class="soft">
            {who.role}
            {who.token === null ? '' : `, by the token “${who.token}”`}
          </span>
        </p>
        <button type="button" onClick={() => void leave()}>
          Sign out
        </button>
      </div>
    </details>
  );
}
