import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { plural } from '../../words/number-words.ts';
import type { Overviewed } from './overview.tsx';

/** The train with its clock, and the next one. Nothing where releases do not leave by train. */
export function TrainPanel({
  app,
  train,
  next,
}: { app: string } & Pick<Overviewed, 'train' | 'next'>) {
  if (!train && !next) return null;
  return (
    <Panel
      title={train ? `Train ${train.number}` : 'Train'}
      verbs={<Link href={places.train(app)}>Train</Link>}
    >
      {train && (
        <>
          <p class="big">
            <Status state={train.state} /> with {plural(train.changes, 'change')}
          </p>
          {train.reason && <p>{train.reason}</p>}
          <p class="soft">
            left <Ago at={train.departedAt} />
            {train.endedAt === null && train.answersUntil !== null && (
              <>
                , answers until <Ago at={train.answersUntil} />
              </>
            )}
            {train.endedAt === null &&
              train.missing.length > 0 &&
              `, waits for ${train.missing.join(', ')}`}
          </p>
        </>
      )}
      {next && (
        <p>
          Next: {next.at === null ? 'as soon as nothing keeps it' : <Ago at={next.at} />} with{' '}
          {plural(next.changes, 'change')}
          {next.keptBy.length > 0 && <span class="soft"> · {next.keptBy.join(' · ')}</span>}
        </p>
      )}
    </Panel>
  );
}
