import { Link } from 'wouter-preact';
import { listRollouts } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';

interface RolloutsPanelProps {
  app: string;
  name: string;
  shown: string | undefined;
}

/** All rollouts into the environment, newest first. */
export function RolloutsPanel({ app, name, shown }: RolloutsPanelProps) {
  const all = useResource(
    listRollouts,
    { environment: `${app}/${name}`, limit: 20 },
    { wakes: (event) => event.app === app },
  );
  return (
    <Panel title="Rollouts">
      <Shown of={all}>
        {({ rollouts }) =>
          rollouts.length === 0 ? (
            <p class="empty">None yet.</p>
          ) : (
            <ul class="rollout-list">
              {rollouts.map(({ id, number, commit, state, startedAt, decision, phase }) => (
                <li key={id}>
                  <p>
                    <Link
                      href={places.rollout(app, name, id)}
                      aria-current={id === shown ? 'page' : undefined}
                    >
                      Deploy {number}, {commit.slice(0, 7)}
                    </Link>{' '}
                    <Status state={state} />
                  </p>
                  <p class="soft rollout-short">
                    <Ago at={startedAt} />: {decision ?? phase}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}
