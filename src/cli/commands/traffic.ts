import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { VersionTraffic } from '../../api/contract/traffic.ts';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';
import { short } from '../words.ts';

type Traffic = Output<'getTraffic'>;

const watchEveryMs = 2000;
const home = '\u001b[H\u001b[J';

export function trafficCommand(cli: Cli): Command {
  return new Command('traffic')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .option('--minutes <count>', 'how far back, at most 10080', wholeNumber, 15)
    .option('--watch', 'show it anew every two seconds')
    .addHelpText('after', '\nWith --watch and --json every line is a JSON object of its own.')
    .action(async (env: string | undefined, { minutes, watch }: Options) => {
      const environment = await whichEnvironment(cli, env);
      const client = await cli.client();
      do {
        const traffic = await client.call('getTraffic', { environment, minutes });
        if (watch) showAgain(cli, traffic);
        else cli.print.result(traffic, () => told(cli, traffic));
        if (watch) await pause(watchEveryMs);
      } while (watch);
    });
}

/** On a screen in the same place, for programs one object a line. */
function showAgain(cli: Cli, traffic: Traffic): void {
  if (cli.globals().json) return cli.print.line(JSON.stringify(traffic));
  if (cli.print.interactive) process.stdout.write(home);
  cli.print.line(told(cli, traffic));
}

interface Options {
  minutes: number;
  watch?: boolean;
}

function told(cli: Cli, traffic: Traffic): string {
  const { environment, versions, lostTicks } = traffic;
  if (versions.length === 0) return `Nobody has asked ${environment} for anything in this time.`;
  const totals = new Map<string, number>();
  for (const { service, requests } of versions)
    totals.set(service, (totals.get(service) ?? 0) + requests);
  const table = cli.print.rows(
    [
      { title: 'SERVICE' },
      { title: 'VERSION' },
      { title: 'REQUESTS' },
      { title: 'PER SECOND' },
      { title: 'SHARE' },
      { title: 'ERRORS', style: (text) => (text === '0 %' ? null : 'red') },
      { title: 'P50' },
      { title: 'P95' },
      { title: 'P99' },
    ],
    versions.map((version) => cells(version, totals.get(version.service) ?? 0)),
  );
  const lost = `The counts of up to ${lostTicks} seconds are missing: no controller was there to read them.`;
  return lostTicks > 0 ? `${table}\n${cli.print.style('yellow', lost)}` : table;
}

function cells(shown: VersionTraffic, ofService: number): string[] {
  const { service, version, commit, requests, perSecond, badShare, total } = shown;
  return [
    service || '-',
    version === '' ? 'gateway' : commit === null ? version : short(commit),
    String(requests),
    perSecond >= 10 ? String(Math.round(perSecond)) : perSecond.toFixed(1),
    percent(requests / Math.max(1, ofService)),
    percent(badShare),
    ...(total ? [total.p50Ms, total.p95Ms, total.p99Ms].map(duration) : ['-', '-', '-']),
  ];
}

/** `0 %` means none at all. */
function percent(share: number): string {
  if (share === 0) return '0 %';
  const percents = share * 100;
  if (percents < 0.01) return '<0.01 %';
  return `${percents < 1 ? percents.toFixed(2) : percents < 10 ? percents.toFixed(1) : Math.round(percents)} %`;
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${Math.round(ms / 1000)}s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`;
  return ms >= 10 ? `${Math.round(ms)}ms` : `${ms.toFixed(1)}ms`;
}
