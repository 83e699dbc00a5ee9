import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { toneOf } from '../../words/tone-of.ts';
import type { Overviewed } from './overview.tsx';

/** What is on its way to production, or was last. */
export function CandidatePanel({
  app,
  candidate,
}: {
  app: string;
  candidate: Overviewed['candidate'];
}) {
  if (!candidate)
    return (
      <Panel title="Candidate">
        <p class="empty">No commit of the main branch has come this far yet.</p>
      </Panel>
    );
  const { number, commit, state, reason, createdAt, stages } = candidate;
  return (
    <Panel
      title={`Candidate ${number}`}
      verbs={<Link href={places.pipeline(app, number)}>Pipeline</Link>}
    >
      <p class="big">{commit.subject || commit.commit.slice(0, 7)}</p>
      <p>
        <Commit commit={commit.commit} /> by {commit.authors.join(', ') || 'nobody known'},{' '}
        <Ago at={createdAt} />
      </p>
      <p>
        <Status state={state} /> {reason && <span class="soft">{reason}</span>}
      </p>
      <ol class="way" aria-label="Stages">
        {stages.map((stage) => (
          <li key={stage.name}>
            <Status state={stage.name} tone={toneOf(stage.state)} />{' '}
            <span class="soft">{stage.state}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
