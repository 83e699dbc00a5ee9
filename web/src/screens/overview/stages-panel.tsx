import { Link } from 'wouter-preact';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import type { Stage } from './overview.tsx';

/** What lies before production. */
export function StagesPanel({ app, stages }: { app: string; stages: readonly Stage[] }) {
  if (stages.length === 0) return null;
  return (
    <Panel title="Before production">
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th>Stage</th>
              <th>State</th>
              <th>Commit</th>
              <th>Since</th>
              <th>Health</th>
            </tr>
          </thead>
          <tbody>
            {stages.map((stage) => (
              <tr key={stage.environment}>
                <td>
                  <Link href={places.environment(app, stage.name)}>{stage.name}</Link>
                </td>
                <td>
                  <Status state={stage.state} />
                </td>
                <td>
                  <Commit commit={stage.commit?.commit ?? null} />
                </td>
                <td>
                  <Ago at={stage.since} />
                </td>
                <td>
                  <Status state={stage.health.word} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
