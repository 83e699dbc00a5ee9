import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { grouped, milliseconds, percent } from '../../words/number-words.ts';
import type { Stage } from './overview.tsx';

/** What people outside meet. */
export function ProductionPanel({ app, stage }: { app: string; stage: Stage | null }) {
  if (!stage)
    return (
      <Panel title="Production">
        <p class="empty">Nothing is in production yet. Push the main branch.</p>
      </Panel>
    );
  const { commit, health, rollout, lock } = stage;
  return (
    <Panel
      title="Production"
      verbs={
        <a class="button" href={stage.url} target="_blank" rel="noreferrer">
          Open <span class="for-ears">production</span>
        </a>
      }
    >
      <p class="big">{commit ? commit.subject || 'A commit that is gone' : 'Nothing serves'}</p>
      {commit && (
        <p>
          <Commit commit={commit.commit} /> by {commit.authors.join(', ') || 'nobody known'}, serves{' '}
          <Ago at={stage.since} />
        </p>
      )}
      <p>
        <Status state={health.word} /> <span class="soft">{health.text}</span>
      </p>
      <dl class="counts">
        <div>
          <dt>requests/s</dt>
          <dd>
            {health.perSecond < 10
              ? health.perSecond.toFixed(1)
              : grouped(Math.round(health.perSecond))}
          </dd>
        </div>
        <div>
          <dt>errors</dt>
          <dd>{health.requests === 0 ? '–' : percent(health.bad / health.requests)}</dd>
        </div>
        <div>
          <dt>p95</dt>
          <dd>{health.p95Ms === null ? '–' : milliseconds(health.p95Ms)}</dd>
        </div>
      </dl>
      {rollout && (
        <div>
          <p>
            <Link href={places.rollout(app, stage.name, rollout.id)}>
              {rollout.commit.slice(0, 7)} takes over by {rollout.strategy}
            </Link>
            : {rollout.weight} %{rollout.steps > 0 && `, step ${rollout.step} of ${rollout.steps}`}
            {rollout.pausedBy !== null && `, paused by ${rollout.pausedBy}`}
          </p>
          <div class="weight" role="img" aria-label={`${rollout.weight} % of the users`}>
            <div style={{ width: `${rollout.weight}%` }} />
          </div>
          <p class="soft">{rollout.phase}</p>
        </div>
      )}
      {lock && (
        <p class="notice bad">
          The lane is locked by {lock.by}: {lock.reason}
        </p>
      )}
    </Panel>
  );
}
