import { Link } from 'wouter-preact';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { byDay, type Entry } from './entry-list.ts';
import { aboutOf, isBad, isMark, signOf } from './entry-words.ts';
import type { Wish } from './timeline-wish.ts';
import { useEntries } from './use-entries.ts';

interface EntriesProps {
  wish: Wish;
  /** What the wish before this one brought: it stays until this one's has come, and nothing blinks. */
  before: { entries: readonly Entry[] };
}

/** The list under the wish; new ones come on top, but nothing moves under the eyes of who reads further down. */
export function Entries({ wish, before }: EntriesProps) {
  const { first, known, held, older } = useEntries(wish);
  const { entries, next } = known.value;
  const isOfOne = wish.app !== undefined;
  if (first.value.value) before.entries = entries;
  const until =
    before.entries.length === 0 ? undefined : (
      <div class="timeline-before" aria-busy="true">
        <Days entries={before.entries} isOfOne={isOfOne} />
      </div>
    );
  return (
    <Shown of={first} until={until}>
      {() => (
        <>
          <div role="status" class="timeline-new">
            {held.value > 0 && (
              <button type="button" class="main" onClick={() => scrollTo(0, 0)}>
                ↑ {held.value} new
              </button>
            )}
          </div>
          {entries.length === 0 && (
            <p class="empty">
              Nothing like that has happened lately. Choose other kinds or words, or push a branch.
            </p>
          )}
          <Days entries={entries.slice(held.value)} isOfOne={isOfOne} />
          {next !== null && (
            <button type="button" class="timeline-older" onClick={older}>
              Older
            </button>
          )}
        </>
      )}
    </Shown>
  );
}

interface DaysProps {
  entries: readonly Entry[];
  isOfOne: boolean;
}

function Days({ entries, isOfOne }: DaysProps) {
  return byDay(entries).map(({ at, entries: some }) => (
    <Panel
      key={new Date(at).toDateString()}
      title={new Date(at).toLocaleDateString([], { dateStyle: 'full' })}
    >
      <ol class="timeline">
        {some.map((entry) => (
          <Row key={entry.id} entry={entry} isOfOne={isOfOne} />
        ))}
      </ol>
    </Panel>
  ));
}

function Row({ entry, isOfOne }: { entry: Entry; isOfOne: boolean }) {
  const { at, app, kind, by, text } = entry;
  const [words, href] = aboutOf(entry) ?? [];
  const name = isOfOne ? words : [app, words].filter(Boolean).join(' ');
  const time = new Date(at);
  return (
    <li class={isMark(entry) ? 'timeline-mark' : ''}>
      <time class="soft" dateTime={at} title={time.toLocaleString()}>
        {time.toLocaleTimeString()}
      </time>
      <span class={isBad(entry) ? 'bad' : 'soft'}>
        <span aria-hidden="true">{signOf(kind)}</span> {kind}
      </span>
      <p>{text}</p>
      <p class="soft">
        {by !== null && `by ${by} `}
        {href && name && <Link href={href}>{name}</Link>}
      </p>
    </li>
  );
}
