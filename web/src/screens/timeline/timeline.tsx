import { useMemo } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';
import { useTitle } from '../../parts/use-title.ts';
import { Entries } from './entries.tsx';
import { wishIn } from './timeline-wish.ts';
import { WishForm } from './wish-form.tsx';
import './timeline.css';

/** What happened, newest first: of one app or of all. */
export function Timeline({ app }: { app?: string | undefined }) {
  const title = app === undefined ? 'Timeline' : `Timeline of ${app}`;
  useTitle(title);
  const [path, go] = useLocation();
  const search = new URLSearchParams(useSearch());
  const set = (name: string, value: string): void => {
    // As it is when it is changed: somebody may have typed a moment before.
    const changed = new URLSearchParams(location.search);
    if (value) changed.set(name, value);
    else changed.delete(name);
    go(`${path}?${changed}`, { replace: true });
  };
  const wish = wishIn(search, app);
  const before = useMemo(() => ({ entries: [] }), [app]);
  return (
    <>
      <h1>{title}</h1>
      <WishForm app={app} search={search} set={set} />
      <Entries key={JSON.stringify(wish)} wish={wish} before={before} />
    </>
  );
}
