import { departNow, freezeApp } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { reason } from '../../parts/ask-dialog.tsx';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Verb } from '../../parts/verb.tsx';
import { plural } from '../../words/number-words.ts';
import { ChangeRows } from './change-rows.tsx';

interface NextProps {
  app: string;
  next: Answer<'getNextTrain'>;
  isFrozen: boolean;
  /** An app has one train at a time. */
  isUnderWay: boolean;
}

/** When the next one leaves, with what, and what keeps it. */
export function NextPanel(of: NextProps) {
  const { at, later, keptBy, changes, skipped, stages } = of.next;
  return (
    <Panel title="Next train" verbs={<NextVerbs {...of} />}>
      <p class="big">
        {at !== null && (
          <>
            {clock(at)} · <Ago at={at} />
          </>
        )}
        {at === null && (keptBy.length > 0 ? 'Kept back' : 'With the next green commit')}
      </p>
      {keptBy.map((why) => (
        <p key={why} class="notice wait">
          {why}
        </p>
      ))}
      {changes.length > 0 && (
        <>
          <p>
            Takes {plural(changes.length, 'change')} through {stages.join(', ')}; asks{' '}
            {asked(of.next)}.
          </p>
          <ChangeRows changes={changes} />
        </>
      )}
      {skipped.map(({ what, why }) => (
        <p key={what} class="soft">
          Not on board: {what}, {why}
        </p>
      ))}
      {later.length > 0 && <p class="soft">Then {later.map(clock).join(', ')}</p>}
    </Panel>
  );
}

function asked({ approval, passengers }: NextProps['next']): string {
  if (approval === 'none') return 'nobody';
  if (approval === 'person') return 'for one good of anybody';
  if (approval !== 'authors') return `for one good of ${approval?.replace(':', ' ')}`;
  const names = passengers.map(({ voter, known }) => (known ? voter : `${voter} (unknown here)`));
  return names.join(', ') || 'nobody';
}

const clock = (at: string): string =>
  new Date(at).toLocaleString([], { weekday: 'short', hour: '2-digit', minute: '2-digit' });

const NextVerbs = ({ app, next, isFrozen, isUnderWay }: NextProps) =>
  isFrozen ? null : (
    <>
      {!isUnderWay && next.changes.length > 0 && (
        <Verb
          of={departNow}
          label="Depart now"
          kind="main"
          ask={{
            title: 'Let it leave at once?',
            text: 'Off the timetable and outside its windows.',
          }}
          input={() => ({ app })}
        />
      )}
      <Verb
        of={freezeApp}
        label="Freeze"
        ask={{
          title: `Let nothing of ${app} go to production?`,
          fields: [
            { name: 'until', label: 'Until: 2h, 18:00, tomorrow 09:00', required: true },
            reason(),
          ],
        }}
        says={`${app} is frozen.`}
        input={({ until = '', reason: why = '' }) => ({ app, until, reason: why })}
      />
    </>
  );
