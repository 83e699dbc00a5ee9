import { Link } from 'wouter-preact';
import { getMyCommits } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import type { LiveEvent } from '../../data/live.ts';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Rows } from './rows.tsx';

interface HistoryProps {
  app: string;
  wakes: (event: LiveEvent) => boolean;
}

/** Where one's own commits are; nothing for who has none. */
export function MyCommits({ app, wakes }: HistoryProps) {
  const { commits = [] } = useResource(getMyCommits, { app }, { wakes }).value.value ?? {};
  return commits.length === 0 ? null : (
    <Panel title="My commits">
      <Rows
        of={commits}
        columns={{
          Commit: ({ commit }) => <Commit commit={commit} />,
          What: ({ subject, at }) => (
            <>
              {subject}
              <p class="soft">
                <Ago at={at} />
              </p>
            </>
          ),
          Where: ({ isInProduction, train }) => (
            <>
              {isInProduction ? (
                <Status state="in production" tone="good" />
              ) : (
                <Status
                  state={train && !train.ejected ? train.state : 'waits for a train'}
                  {...(train && !train.ejected ? {} : { tone: 'wait' })}
                />
              )}
              {train && (
                <p>
                  {train.ejected && 'ejected from '}
                  <Link href={places.train(app, train.number)}>train {train.number}</Link>
                </p>
              )}
            </>
          ),
        }}
      />
    </Panel>
  );
}

/** All trains that left, newest first. */
export const Trains = ({ app, trains }: { app: string } & Answer<'listTrains'>) =>
  trains.length === 0 ? null : (
    <Panel title="Trains">
      <Rows
        of={trains}
        columns={{
          Train: ({ number }) => <Link href={places.train(app, number)}>{number}</Link>,
          State: ({ state, reason }) => (
            <>
              <Status state={state} />
              {reason !== null && <p class="soft">{reason}</p>}
            </>
          ),
          Left: ({ departedAt }) => <Ago at={departedAt} />,
        }}
      />
    </Panel>
  );
