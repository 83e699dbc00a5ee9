import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { listCandidates } from 'virtual:endpoints';
import { places } from '../../frame/places.ts';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { entriesOf, type Entry } from './entries.ts';

interface EntryListProps {
  app: string;
  entries: readonly Entry[];
  chosen: { number: number | null; push: string | undefined };
  hasOlder: boolean;
}

/** The newest ones; older ones when somebody asks for them. */
export function EntryList({ app, entries, chosen, hasOlder }: EntryListProps) {
  const [isAll, setAll] = useState(false);
  const shared = { app, chosen };
  return (
    <Panel title="Candidates">
      <Entries {...shared} entries={entries} />
      {isAll ? (
        <Older {...shared} after={entries.length} />
      ) : (
        hasOlder && (
          <button type="button" onClick={() => setAll(true)}>
            Older
          </button>
        )
      )}
    </Panel>
  );
}

const most = 500;

function Older({ app, chosen, after }: { after: number } & Pick<EntryListProps, 'app' | 'chosen'>) {
  const all = useResource(listCandidates, { app, limit: most }, { wakes: () => false });
  return (
    <Shown of={all}>
      {({ candidates }) => (
        <Entries app={app} chosen={chosen} entries={entriesOf(candidates, [], most).slice(after)} />
      )}
    </Shown>
  );
}

const Entries = ({ app, entries, chosen }: Omit<EntryListProps, 'hasOlder'>) => (
  <ul class="pipeline-entries">
    {entries.map(({ number, push, commit, state, reason, at, where }) => (
      <li key={push}>
        <Link
          href={
            number === null ? `${places.pipeline(app)}?push=${push}` : places.pipeline(app, number)
          }
          aria-current={
            (number === null ? push === chosen.push : number === chosen.number) ? 'true' : undefined
          }
        >
          <b>{number ?? 'Push'}</b> <span class="mono">{commit.slice(0, 7)}</span>
        </Link>
        <Status state={state} />
        <span class="soft age">
          <Ago at={at} />
        </span>
        <p class="soft">{reason ?? where}</p>
      </li>
    ))}
  </ul>
);
