import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobRun } from '../../api/contract/jobs.ts';
import type { Cli } from '../cli.ts';
import { jobLog, type Reading } from '../read-log.ts';
import { whichEnvironment } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';
import { ago, ahead, stateStyle } from '../words.ts';

const lookEveryMs = 500;

export function jobCommand(cli: Cli): Command {
  const command = new Command('job');
  command
    .command('list <env>')
    .description('list the jobs of an environment, with their next and last run')
    .action((env: string) => list(cli, env));
  command
    .command('run <env> <job>')
    .description('run a job now and print its log')
    .option('--no-wait', 'do not wait until it has ended')
    .action((env: string, job: string, options: { wait: boolean }) =>
      run(cli, env, { job, ...options }),
    );
  command
    .command('runs <env> [job]')
    .description('list runs, newest first')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action((env: string, job: string | undefined, options: { limit: number }) =>
      runs(cli, env, { job, ...options }),
    );
  command
    .command('logs <run>')
    .description('print the log of a run')
    .option('-f, --follow', 'go on with what comes')
    .option('--tail <lines>', 'begin this many lines before the end', wholeNumber)
    .action((id: string, options: Reading) => jobLog(cli, id, options));
  return command;
}

async function list(cli: Cli, env: string): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const result = await (await cli.client()).call('listJobs', { environment });
  cli.print.result(result, ({ jobs }) =>
    jobs.length === 0
      ? 'Its signalbox.yaml has no jobs.'
      : cli.print.rows(
          [
            { title: 'JOB' },
            { title: 'SCHEDULE' },
            { title: 'NEXT' },
            { title: 'LAST' },
            { title: 'STATE', style: stateStyle },
            { title: 'RUN' },
          ],
          jobs.map(({ name, schedule, active, nextAt, last }) => [
            name,
            schedule ?? '-',
            active ? ahead(nextAt) : 'off',
            ago(last?.startedAt ?? null),
            last?.state ?? '-',
            last?.id ?? '-',
          ]),
        ),
  );
}

async function run(
  cli: Cli,
  env: string,
  { job, wait }: { job: string; wait: boolean },
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const client = await cli.client();
  const begun = await client.call('runJob', { environment, job });
  if (!wait)
    return cli.print.result(
      begun,
      ({ id }) => `Run ${id} has begun.\n→ signalbox job logs ${id} -f`,
    );
  if (!cli.globals().json) await jobLog(cli, begun.id, { follow: true });
  const ended = await finished(cli, begun);
  if (ended.state !== 'succeeded') cli.exitCode = 1;
  cli.print.result(ended, ({ job, state, exitCode }) =>
    exitCode === null || exitCode === 0
      ? `${job}: ${state}`
      : `${job}: ${state}, exit code ${exitCode}`,
  );
}

async function finished(cli: Cli, begun: JobRun): Promise<JobRun> {
  const client = await cli.client();
  let run = begun;
  while (run.state === 'waiting' || run.state === 'running') {
    await pause(lookEveryMs);
    run = await client.call('getJobRun', { run: begun.id });
  }
  return run;
}

async function runs(
  cli: Cli,
  env: string,
  { job, limit }: { job: string | undefined; limit: number },
): Promise<void> {
  const environment = await whichEnvironment(cli, env);
  const result = await (await cli.client()).call('listJobRuns', { environment, job, limit });
  cli.print.result(result, ({ runs }) =>
    cli.print.rows(
      [
        { title: 'RUN' },
        { title: 'JOB' },
        { title: 'STATE', style: stateStyle },
        { title: 'STARTED' },
        { title: 'BY' },
      ],
      runs.map(({ id, job, state, startedAt, by }) => [id, job, state, ago(startedAt), by]),
    ),
  );
}
