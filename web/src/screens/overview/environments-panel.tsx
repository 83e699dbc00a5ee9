import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Panel } from '../../parts/panel.tsx';
import type { Overviewed } from './overview.tsx';

export const EnvironmentsPanel = ({
  app,
  counts,
}: {
  app: string;
  counts: Overviewed['environments'];
}) => (
  <Panel title="Environments" verbs={<Link href={places.environments(app)}>All of them</Link>}>
    <dl class="counts">
      {(['previews', 'live', 'busy', 'failed'] as const).map((word) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd class={word === 'failed' && counts.failed > 0 ? 'bad' : ''}>{counts[word]}</dd>
        </div>
      ))}
    </dl>
  </Panel>
);
