import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { LogViewBar, type LogLook } from './log-view-bar.tsx';
import { logViewFeed, type LogViewFeed } from './log-view-feed.ts';
import { LogViewFoot } from './log-view-foot.tsx';
import { LogViewLines, nameCells } from './log-view-lines.tsx';
import { logViewRows, type LogViewRows } from './log-view-rows.ts';
import { searchOf } from './log-view-text.ts';
import './log-view.css';

interface LogViewProps {
  /** The address of a stream of lines, as of `addressOf(readLogs, …)`. Another one begins another log. */
  source: string;
  /** What it is the log of, as in `shop/staging`; files are called so too. */
  name: string;
  /** What to choose from, before the search. */
  children?: ComponentChildren;
}

/** A log of up to 100,000 lines that is followed, searched, copied and taken away. */
export function LogView({ source, name, children }: LogViewProps) {
  const feed = useMemo(() => logViewFeed(source), [source]);
  useEffect(() => () => feed.stop(), [feed]);
  const [look, setLook] = useState<LogLook>({ typed: '', isOnly: false, isWrapped: false });
  return <Log key={source} {...{ feed, name, look, setLook, children }} />;
}

interface LogProps extends Omit<LogViewProps, 'source'> {
  feed: LogViewFeed;
  look: LogLook;
  setLook: (look: LogLook) => void;
}

function Log({ feed, name, look, setLook, children }: LogProps) {
  const [cells, setCells] = useState(120);
  const [isFollowing, setFollowing] = useState(true);
  const [current, setCurrent] = useState<{ number: number } | null>(null);
  const top = useRef({ number: 0, part: 0 });
  const stoppedAt = useRef(0);
  const search = useMemo(() => searchOf(look.typed), [look.typed]);
  const columns = look.isWrapped ? cells - nameCells(feed) : Infinity;
  const { isOnly } = look;
  const rows = useMemo(
    () => logViewRows(feed.store, { columns, search, onlyMatches: isOnly }),
    [feed, columns, search, isOnly],
  );
  const isWhole = useAdvance(feed, rows);
  const follow = (isWanted: boolean): void => {
    if (!isWanted && isFollowing) stoppedAt.current = feed.store.end;
    setFollowing(isWanted);
  };
  const show = (number: number): void => {
    setCurrent({ number });
    follow(false);
  };
  const startAfter = (): number => (isFollowing ? feed.store.end : top.current.number - 1);
  return (
    <div class="log">
      <LogViewBar {...{ feed, rows, name, look, setLook, current, startAfter, show }}>
        {children}
      </LogViewBar>
      <LogViewLines
        {...{ feed, rows, isWhole, name, search, columns, setCells, current, top }}
        {...{ isFollowing, follow }}
      />
      {!isFollowing && (
        <button type="button" class="log-end" onClick={() => follow(true)}>
          ↓ Jump to the end{fresh(feed.store.end - stoppedAt.current)}
        </button>
      )}
      <LogViewFoot feed={feed} version={feed.version.value} />
    </div>
  );
}

const fresh = (count: number): string => (count > 0 ? ` (${count.toLocaleString('en')} new)` : '');

const sliceMs = 8;

/** Takes in what has come, a little in each frame, until all of it is shown. */
function useAdvance(feed: LogViewFeed, rows: LogViewRows): boolean {
  const version = feed.version.value;
  const [turn, setTurn] = useState(0);
  const until = performance.now() + sliceMs;
  const isWhole = rows.advance(() => performance.now() < until);
  useEffect(() => {
    if (isWhole) return undefined;
    const frame = requestAnimationFrame(() => setTurn(turn + 1));
    return () => cancelAnimationFrame(frame);
  }, [isWhole, turn, version, rows]);
  return isWhole;
}
