import { useState } from 'preact/hooks';
import { listJobs, readJobLog, runJob } from 'virtual:endpoints';
import { addressOf, type Answer } from '../../data/call.ts';
import { useResource } from '../../data/use-resource.ts';
import { lazy } from '../../frame/lazy.tsx';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { Tone } from '../../words/tone-of.ts';
import type { PartProps } from './environment.tsx';
import { Rows } from './rows.tsx';

const LogView = lazy(async () => (await import('../../parts/log-view.tsx')).LogView);

type Job = Answer<'listJobs'>['jobs'][number];

/** Its jobs with their next and last run. Nothing where it has none. */
export function Jobs({ of }: PartProps) {
  const jobs = useResource(
    listJobs,
    { environment: of.id },
    { wakes: (event) => event.environment === of.id, everyMs: 5000 },
  );
  if (jobs.value.value?.jobs.length === 0) return null;
  return (
    <Panel title="Jobs">
      <Shown of={jobs}>
        {({ jobs: all }) => (
          <Rows label="Jobs" heads={['Job', 'Schedule', 'Next', 'Last run', 'Verbs']}>
            {all.map((job) => (
              <tr key={job.name}>
                <td title={job.run}>{job.name}</td>
                <td>{job.schedule ?? 'by hand'}</td>
                <td>{job.active ? <Ago at={job.nextAt} /> : <span class="soft">off here</span>}</td>
                <td>
                  <LastRun of={job.last} />
                </td>
                <td>
                  {of.state === 'live' && (
                    <Verb
                      of={runJob}
                      label="Run now"
                      says={`${job.name} runs.`}
                      input={() => ({ environment: of.id, job: job.name })}
                      done={jobs.reload}
                    />
                  )}
                </td>
              </tr>
            ))}
          </Rows>
        )}
      </Shown>
    </Panel>
  );
}

const tones: Readonly<Record<string, Tone>> = { succeeded: 'good', lost: 'bad' };

function LastRun({ of }: { of: Job['last'] }) {
  const [isOpen, setOpen] = useState(false);
  if (!of) return <span class="soft">never</span>;
  const { state, exitCode, by } = of;
  return (
    <>
      {state in tones ? <Status state={state} tone={tones[state]!} /> : <Status state={state} />}{' '}
      <span class="soft">
        <Ago at={of.startedAt ?? of.dueAt} />, by {by}
        {exitCode !== null && exitCode !== 0 && `, exit code ${exitCode}`}
      </span>
      {isOpen ? (
        <LogView
          key={of.id}
          source={addressOf(readJobLog, { run: of.id, follow: of.endedAt === null })}
          name={of.job}
        />
      ) : (
        of.startedAt && (
          <button type="button" onClick={() => setOpen(true)}>
            Log
          </button>
        )
      )}
    </>
  );
}
