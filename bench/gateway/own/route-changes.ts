import Table from 'cli-table3';
import { checkFeatures, type Cookies } from '../check-features.ts';
import { sideBySideCases } from '../cases.ts';
import type { Load } from '../load/load.ts';
import { wrk } from '../load/wrk.ts';
import { type RunningSignalbox, startSignalbox } from '../peers/signalbox.ts';
import { changeAndWatch, inEffectMs, type Watched } from './change-and-watch.ts';
import type { OwnCase, OwnOrder, OwnResult } from './own-case.ts';

const quietChanges = 50;
const longRequests = 1_000_000;
const goalMs = 5;

/** How soon a change is in effect, and whether any request is lost to ten of them a second. */
export const routeChanges: OwnCase = { name: 'route-changes', run };

async function run({ scene, options }: OwnOrder): Promise<OwnResult> {
  const choice = { core: options.gatewayCore, label: 'route-changes', routes: [] };
  const peer = await startSignalbox(scene, choice);
  try {
    const { cookies } = await checkFeatures(peer, scene);
    const quiet = await changeAndWatch({ peer, scene, goesOn: (made) => made < quietChanges });
    let over = false;
    const loading = putLoad({ scene, options }, peer, cookies).finally(() => {
      over = true;
    });
    // Heard of below; until then nobody else is there to hear it.
    loading.catch(() => {});
    const busy = await changeAndWatch({ peer, scene, goesOn: () => !over });
    const load = await loading;
    peer.process.assertAlive();
    return { text: textOf(quiet, busy, load), figures: { quiet, busy, load } };
  } finally {
    await peer.end();
  }
}

/** Stands back for those who watch, who share its core: what they see is to be the gateway's doing. */
async function putLoad(
  { scene, options }: OwnOrder,
  { port }: RunningSignalbox,
  cookies: Cookies,
): Promise<Pick<Load, 'requests' | 'failed' | 'failures'>> {
  const requests = sideBySideCases[0]?.requests(scene, cookies) ?? [];
  const { loadCore: core, seconds } = options;
  const url = `http://127.0.0.1:${port}`;
  const order = { core, url, connections: 64, seconds, requests, nice: 10 };
  const sum = { requests: 0, failed: 0, failures: '' };
  do {
    const load = await wrk({ ...order, directory: scene.directory });
    sum.requests += load.requests;
    sum.failed += load.failed;
    sum.failures += load.failures;
  } while (options.long && sum.requests < longRequests);
  return sum;
}

function textOf(
  quiet: Watched[],
  busy: Watched[],
  load: { requests: number; failed: number; failures: string },
): string {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['route changes', 'without load', 'under load'],
  });
  const row = (title: string, tell: (watched: Watched[]) => string) =>
    table.push([title, tell(quiet), tell(busy)]);
  row('changes, ten a second', (all) => String(all.length));
  row('call resolved after, p50 / p99 / slowest', (all) => spread(all, (one) => one.resolvedMs));
  row('first answer of the new version after', (all) => spread(all, (one) => one.firstNewMs));
  row('last request to the old version sent after', (all) => spread(all, inEffectMs));
  const probed = (all: Watched[]) => all.reduce((sum, one) => sum + one.requests, 0);
  const lost = (all: Watched[]) => all.reduce((sum, one) => sum + one.failed, 0);
  const count = (number: number) => number.toLocaleString('en-GB');
  table.push(['requests', count(probed(quiet)), count(probed(busy) + load.requests)]);
  table.push(['failed', count(lost(quiet)), `${count(lost(busy) + load.failed)} ${load.failures}`]);
  const slowest = percentile([...quiet, ...busy].map(inEffectMs), 99);
  const nothingLost = lost([...quiet, ...busy]) + load.failed === 0;
  return [
    table.toString(),
    `goal: in effect ≤ ${goalMs} ms after the call, p99: ${slowest.toFixed(1)} ms, ${slowest <= goalMs ? 'met' : 'NOT MET'}`,
    `goal: 0 failed of ≥ ${count(longRequests)}: ${nothingLost ? 'none failed' : 'NOT MET'}${load.requests < longRequests ? ', but too few were asked: --long' : ', met'}`,
  ].join('\n');
}

function spread(all: readonly Watched[], pick: (one: Watched) => number): string {
  const numbers = all.map(pick);
  return (
    [50, 99, 100].map((percent) => percentile(numbers, percent).toFixed(1)).join(' / ') + ' ms'
  );
}

function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100));
  return sorted[index] ?? Number.NaN;
}
