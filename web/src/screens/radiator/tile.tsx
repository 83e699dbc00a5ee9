import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getOverview } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Shown } from '../../parts/shown.tsx';
import { stateSaid, tileLines, type Overviewed, type Said } from './tile-words.ts';

/** When each app was last heard of. */
export type SeenAt = Signal<Readonly<Record<string, number>>>;

/** Health and weights change without an event. */
const everyMs = 10_000;

/** One app, as large as it may be. */
export function Tile({ app, seenAt }: { app: string; seenAt: SeenAt }) {
  const overview = useResource(
    getOverview,
    { app },
    { wakes: (event) => (event.app ?? app) === app, everyMs },
  );
  const { value } = overview.value;
  useEffect(() => {
    if (value) seenAt.value = { ...seenAt.peek(), [app]: Date.now() };
  }, [value]);
  const production = value?.production;
  const said: Said = production
    ? stateSaid(production)
    : ['empty', 'off', 'Nothing is in production yet.'];
  return (
    <section class={said[1] === 'bad' ? 'loud' : ''}>
      <div>
        <h2>{app}</h2>
        <Shown of={overview}>{(now) => <Inside now={now} said={said} />}</Shown>
      </div>
    </section>
  );
}

function Inside({ now, said }: { now: Overviewed; said: Said }) {
  const { production, stages } = now;
  return (
    <>
      <p class="radiator-word">
        <Word of={said} />
      </p>
      <p class={`soft radiator-${said[1]}`}>{said[2]}</p>
      {stages.length > 0 && (
        <p class="radiator-stages">
          {stages.map((stage) => (
            <Word key={stage.environment} name={`${stage.name} `} of={stateSaid(stage)} />
          ))}
        </p>
      )}
      {tileLines(now).map((line) => (
        <p key={line[0]}>
          <Word of={line} /> <span class="soft">{line[2]}</span>
        </p>
      ))}
      {production?.commit && (
        <p>
          {production.commit.subject}{' '}
          <span class="soft">
            {production.commit.authors[0]}, <Ago at={production.since} />
          </span>
        </p>
      )}
    </>
  );
}

const Word = ({ name = '', of: [words, tone] }: { name?: string; of: Said }) => (
  <span class={tone === 'bad' ? 'loud' : tone}>
    <Icon tone={tone} /> {name}
    {words}
  </span>
);
