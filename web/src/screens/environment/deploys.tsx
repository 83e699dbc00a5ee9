import { deployEnvironment, listDeploys } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import { Commit } from '../../parts/commit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import { span } from '../../words/ago.ts';
import { concerns } from './concerns.ts';
import type { PartProps } from './environment.tsx';
import { Rows } from './rows.tsx';

/** Everything that was deployed here, newest first. */
export function Deploys({ of }: PartProps) {
  const environment = of.id;
  const known = useResource(
    listDeploys,
    { environment, limit: 50 },
    { wakes: (event) => concerns(event, of) },
  );
  const mayAgain = (of.state === 'live' || of.state === 'failed') && of.kind !== 'stage';
  return (
    <Panel title="Deploys">
      <Shown of={known}>
        {({ deploys }) =>
          deploys.length === 0 ? (
            <p class="empty">Nothing was deployed here yet.</p>
          ) : (
            <Rows label="Deploys" heads={['Number', 'State', 'Commit', 'Begun', 'Took', 'Verbs']}>
              {deploys.map((deploy) => (
                <tr key={deploy.id}>
                  <td>{deploy.number}</td>
                  <td class="environment-reason">
                    <Status state={deploy.state} />
                    {deploy.reason && <p class="soft">{deploy.reason}</p>}
                    {deploy.state === 'failed' && deploy.logTail && (
                      <details>
                        <summary>What it printed last</summary>
                        <pre>{deploy.logTail}</pre>
                      </details>
                    )}
                  </td>
                  <td>
                    <Commit commit={deploy.commit} />
                  </td>
                  <td>
                    <Ago at={deploy.startedAt} />
                  </td>
                  <td>{deploy.endedAt === null ? '–' : took(deploy.startedAt, deploy.endedAt)}</td>
                  <td>
                    {mayAgain && (
                      <Verb
                        of={deployEnvironment}
                        label="Deploy again"
                        says={`Deploy ${deploy.number} is on its way once more.`}
                        ask={{
                          title: `Deploy ${deploy.commit.slice(0, 7)} to ${of.name} once more?`,
                          text: 'The commit of then with the data of now.',
                        }}
                        input={() => ({ environment, deploy: deploy.id })}
                        done={known.reload}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </Rows>
          )
        }
      </Shown>
    </Panel>
  );
}

const took = (from: string, to: string): string => span(Date.parse(to) - Date.parse(from));
