import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { buildLog, checkLog, jobLog, serviceLog } from '../read-log.ts';
import { wholeNumber } from '../whole-number.ts';

export function logsCommand(cli: Cli): Command {
  return new Command('logs')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .option('-f, --follow', 'go on with what comes')
    .option('--service <name>', 'only this service')
    .option('--tail <lines>', 'begin this many lines before the end', wholeNumber)
    .option('--build', 'the log of the newest build')
    .option('--check <name>', 'the log of a check of the newest push')
    .option('--job <run>', 'the log of a run of a job')
    .addHelpText('after', '\nWith --json every line is a JSON object of its own.')
    .action(async (env: string | undefined, options: Options) => {
      const { follow, tail, build, check, job, service } = options;
      const reading = { env, follow, tail };
      if (job) return jobLog(cli, job, reading);
      if (check) return checkLog(cli, check, reading);
      if (build) return buildLog(cli, reading);
      return serviceLog(cli, { ...reading, service });
    });
}

interface Options {
  follow?: boolean;
  service?: string;
  tail?: number;
  build?: boolean;
  check?: string;
  job?: string;
}
