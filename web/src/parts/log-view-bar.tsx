import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { grouped, plural } from '../words/number-words.ts';
import type { LineStore } from './line-store.ts';
import type { LogViewFeed } from './log-view-feed.ts';
import { matchBeside, type LogViewRows } from './log-view-rows.ts';
import { toast } from './toasts.tsx';

/** What is looked for, and how it is shown; it stays when another log is chosen. */
export interface LogLook {
  typed: string;
  isOnly: boolean;
  isWrapped: boolean;
}

interface BarProps {
  feed: LogViewFeed;
  rows: LogViewRows;
  name: string;
  look: LogLook;
  setLook: (look: LogLook) => void;
  current: { number: number } | null;
  /** After which line what is not yet gone to is searched. */
  startAfter: () => number;
  show: (number: number) => void;
  children: ComponentChildren;
}

/** What can be done to a log. */
export function LogViewBar({ feed, rows, name, look, setLook, children, ...rest }: BarProps) {
  const { isOnly, isWrapped } = look;
  const all = (): string => textOf(feed.store, rows, isOnly);
  return (
    <div class="log-bar" role="group" aria-label={`Log of ${name}: search and show`}>
      {children}
      <Search {...{ rows, look, setLook, ...rest }} />
      <Check
        label="Only matches"
        isOn={isOnly}
        turn={() => setLook({ ...look, isOnly: !isOnly })}
      />
      <Check
        label="Wrap"
        isOn={isWrapped}
        turn={() => setLook({ ...look, isWrapped: !isWrapped })}
      />
      <button type="button" onClick={() => copy(all())}>
        Copy
      </button>
      <button type="button" onClick={() => download(all(), name)}>
        Download
      </button>
    </div>
  );
}

type SearchProps = Pick<BarProps, 'rows' | 'look' | 'setLook' | 'current' | 'startAfter' | 'show'>;

function Search({ rows: { matches }, look, setLook, current, startAfter, show }: SearchProps) {
  const [said, say] = useState('');
  const go = (step: 1 | -1): void => {
    const at = matchBeside(matches, { from: current?.number ?? startAfter(), step });
    const number = matches[at];
    if (number === undefined) return;
    show(number);
    say(`Match ${at + 1} of ${matches.length}`);
  };
  const place = current === null ? -1 : matches.indexOf(current.number);
  const isIdle = matches.length === 0;
  return (
    <>
      <input
        type="search"
        class="log-search"
        aria-label="Search in the log"
        placeholder="Search"
        autocomplete="off"
        list={undefined}
        value={look.typed}
        onInput={(event) => setLook({ ...look, typed: event.currentTarget.value })}
        onKeyDown={(event) => event.key === 'Enter' && go(event.shiftKey ? -1 : 1)}
      />
      <button type="button" aria-label="Previous match" disabled={isIdle} onClick={() => go(-1)}>
        ↑
      </button>
      <button type="button" aria-label="Next match" disabled={isIdle} onClick={() => go(1)}>
        ↓
      </button>
      {look.typed !== '' && (
        <span class="log-count">
          {place < 0
            ? plural(matches.length, 'line')
            : `${grouped(place + 1)} of ${grouped(matches.length)}`}
        </span>
      )}
      <span class="for-ears" role="status">
        {said}
      </span>
    </>
  );
}

const Check = ({ label, isOn, turn }: { label: string; isOn: boolean; turn: () => void }) => (
  <label>
    <input type="checkbox" checked={isOn} onChange={turn} /> {label}
  </label>
);

/** All lines that are loaded; of a log with only its matches: those. */
function textOf(store: LineStore, { matches }: LogViewRows, isOnly: boolean): string {
  const lines: string[] = [];
  const add = (number: number): void => {
    const { from, text } = store.line(number);
    lines.push(from === '' ? text : `${from} | ${text}`);
  };
  if (isOnly && matches.length > 0) matches.forEach(add);
  else for (let number = store.first; number < store.end; number += 1) add(number);
  return `${lines.join('\n')}\n`;
}

function copy(text: string): void {
  const failed = (): void =>
    void toast({ text: 'The browser allows no copying here. Download the log instead.' });
  // Pages that are not encrypted have no clipboard.
  (navigator.clipboard as Clipboard | undefined)
    ?.writeText(text)
    .then(() => toast({ text: `Copied ${plural(text.split('\n').length - 1, 'line')}.` }), failed);
  if (!('clipboard' in navigator)) failed();
}

function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.log`;
  link.click();
  // The browser has its own hold on it once it has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
