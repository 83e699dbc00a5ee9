import { useSearchParams } from 'wouter-preact';
import { getApp, listCandidates, listPushes } from 'virtual:endpoints';
import type { LiveEvent } from '../../data/live.ts';
import { useResource } from '../../data/use-resource.ts';
import { Shown } from '../../parts/shown.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { EntryList } from './entry-list.tsx';
import { entriesOf, newestOf } from './entries.ts';
import './pipeline.css';
import { Way } from './way.tsx';

const limit = 20;

/** The way of one candidate to production: the newest, unless the address names another, or a push that became none. */
export function Pipeline({ app, number }: { app: string; number?: number | undefined }) {
  useTitle(`Pipeline · ${app}`);
  const [search] = useSearchParams();
  const wakes = (event: LiveEvent): boolean => event.app === app;
  const candidates = useResource(listCandidates, { app, limit }, { wakes });
  const branch = useResource(getApp, { app }, { wakes: () => false }).value.value?.mainBranch;
  const of = branch === undefined ? null : { app, branch, limit };
  const pushes = useResource(listPushes, of, { wakes });
  const isKnown = (pushes.value.value ?? pushes.refusal.value) !== null;
  return (
    <Shown of={candidates}>
      {({ candidates: found }) => {
        const entries = entriesOf(found, pushes.value.value?.pushes ?? [], limit);
        const asked = search.get('push') ?? undefined;
        const isAsked = number !== undefined || asked !== undefined;
        const newest = isAsked || !isKnown ? undefined : newestOf(entries);
        const chosen = { number: number ?? newest?.number ?? null, push: asked ?? newest?.push };
        if (!isAsked && !isKnown) return <p class="loading">Loading …</p>;
        if (!isAsked && !newest) return <Nothing app={app} branch={branch} />;
        return (
          <Way key={chosen.number ?? chosen.push} app={app} {...chosen} wakes={wakes}>
            <EntryList
              app={app}
              entries={entries}
              chosen={chosen}
              hasOlder={found.length === limit}
            />
          </Way>
        );
      }}
    </Shown>
  );
}

const Nothing = ({ app, branch }: { app: string; branch: string | undefined }) => (
  <>
    <h1>Pipeline of {app}</h1>
    {branch !== undefined && (
      <p class="empty">
        Nothing has been pushed to {branch} yet. What is checked and built there becomes a
        candidate.
        <code>git push signalbox {branch}</code>
      </p>
    )}
  </>
);
