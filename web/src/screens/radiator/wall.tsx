import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { listApps } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { Fixes } from '../../parts/trouble.tsx';
import { span } from '../../words/ago.ts';
import { now } from '../../words/clock.ts';
import { Tile, type SeenAt } from './tile.tsx';
import { moment } from './tile-words.ts';

const mostTiles = 12;
/** What is older than this is not to be believed. */
const staleMs = 60_000;

/** `apps` empty: all. `howTo`: how a wall gets it without anybody being signed in. */
export function Wall({ apps: named, howTo }: { apps: string[]; howTo: string[] }) {
  const isAll = named.length === 0;
  const list = useResource(listApps, isAll ? {} : null, { everyMs: staleMs });
  const seenAt: SeenAt = useSignal({});
  const known = list.value.value?.apps.map(({ name }) => name);
  const apps = isAll ? (known ?? []) : [...new Set(named)];
  const shown = apps.slice(0, mostTiles);
  const more = apps.length - shown.length;
  const columns = shown.length < 4 ? shown.length : Math.ceil(Math.sqrt(shown.length));
  return (
    <>
      <Head shown={shown} seenAt={seenAt} />
      <div class="radiator-tiles" style={{ '--columns': columns || 1 }}>
        {shown.map((app) => (
          <Tile key={app} app={app} seenAt={seenAt} />
        ))}
        {known?.length === 0 && <Fixes fix={['signalbox app add NAME']} />}
      </div>
      {more > 0 && <p>{more} more do not fit. Choose in the address: #app=NAME&app=NAME</p>}
      {howTo.length > 0 && (
        <details>
          <summary>Show this on a wall</summary>
          <Fixes fix={howTo} />
        </details>
      )}
    </>
  );
}

/** The time, and whether what is shown is what is. */
function Head({ shown, seenAt }: { shown: readonly string[]; seenAt: SeenAt }) {
  const startedAt = useMemo(() => Date.now(), []);
  const ageMs = now.value - Math.min(...shown.map((app) => seenAt.value[app] ?? startedAt));
  const isStale = ageMs > staleMs;
  return (
    <header class={isStale ? 'loud' : ''}>
      <h1>Signalbox</h1>
      <p>
        <span role="status">{isStale && 'This is old. '}</span>
        updated {span(ageMs)} ago
      </p>
      <time>{moment(now.value, now.value)}</time>
    </header>
  );
}
