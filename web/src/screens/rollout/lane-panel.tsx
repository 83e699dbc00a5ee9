import { lockLane } from 'virtual:endpoints';
import { Ago } from '../../parts/ago.tsx';
import { reason } from '../../parts/ask-dialog.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { Lane } from './rollout.tsx';

/** Whether releases are let in, and where a rollback would lead. */
export function LanePanel({ lane }: { lane: Lane }) {
  const { locks, warm, environment, app, environmentName } = lane;
  const address = `${app}/${environmentName}`;
  return (
    <Panel
      title="Lane"
      verbs={
        locks.length === 0 && (
          <Verb
            of={lockLane}
            label="Lock"
            says={`The lane of ${address} is locked.`}
            ask={{
              title: `Let no release into ${address}?`,
              text: 'What is under way goes on. Until somebody opens the lane again.',
              fields: [reason()],
            }}
            input={({ reason: said = '' }) => ({ environment, reason: said })}
          />
        )
      }
    >
      {locks.length === 0 && (
        <p>
          <Status state="open" tone="good" /> <span class="soft">Releases are let in.</span>
        </p>
      )}
      {locks.map((lock) => (
        <p key={lock.at}>
          <Status state="locked" tone="bad" /> by {lock.by}, <Ago at={lock.at} />
          {lock.commit && (
            <>
              , for <Commit commit={lock.commit} />
            </>
          )}
          : {lock.reason}
        </p>
      ))}
      <h3>A rollback reaches at once</h3>
      {warm.length === 0 && <p class="empty">No release is kept warm.</p>}
      {warm.map(({ id, number, commit, until }) => (
        <p key={id}>
          Deploy {number} <Commit commit={commit} />{' '}
          <span class="soft">
            is kept warm; that ends <Ago at={until} />
          </span>
        </p>
      ))}
      <Rollbacks of={lane.rollbacks} />
    </Panel>
  );
}

function Rollbacks({ of }: { of: Lane['rollbacks'] }) {
  if (of.length === 0) return null;
  return (
    <>
      <h3>Rolled back before</h3>
      <ul class="rollout-list">
        {of.map(({ id, by, at, reason, kind, outcome }) => (
          <li key={id}>
            <p>
              <Ago at={at} /> by {by}, {kind}
            </p>
            <p class="soft rollout-short">{reason}</p>
            {outcome === null && <p class="soft">What it left is being tidied away.</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
