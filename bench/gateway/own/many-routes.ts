import Table from 'cli-table3';
import { wrk } from '../load/wrk.ts';
import { measure, type Measurement } from '../measure.ts';
import { median } from '../median.ts';
import { routesForHosts } from '../peers/signalbox-routes.ts';
import { type RunningSignalbox, startSignalbox } from '../peers/signalbox.ts';
import { processorOf } from '../tables.ts';
import { changeAndWatch, inEffectMs } from './change-and-watch.ts';
import type { OwnCase, OwnOrder, OwnResult } from './own-case.ts';

const few = 5;
const many = 5000;
const goal = 0.03;
const changes = 20;

/** Whether a request is slower among many routes than among few, and a change of one. */
export const manyRoutes: OwnCase = { name: 'many-routes', run };

interface Contender {
  peer: RunningSignalbox;
  routes: number;
  /** How many of them the requests are for. */
  asked: number;
  put(seconds: number): ReturnType<typeof wrk>;
  measurements: Measurement[];
}

async function run(order: OwnOrder): Promise<OwnResult> {
  const peers: RunningSignalbox[] = [];
  try {
    const small = await start(order, few);
    peers.push(small);
    const large = await start(order, many);
    peers.push(large);
    const contenders = [
      contender(order, { peer: small, routes: few, asked: few }),
      contender(order, { peer: large, routes: many, asked: few }),
      contender(order, { peer: large, routes: many, asked: many }),
    ];
    for (const one of contenders) await one.put(1);
    for (let round = 0; round < order.options.rounds; round += 1)
      for (const one of round % 2 === 0 ? contenders : contenders.toReversed())
        one.measurements.push(
          await measure({ peer: one.peer, load: () => one.put(order.options.seconds) }),
        );
    return await result(order, contenders);
  } finally {
    for (const peer of peers) await peer.end();
  }
}

const hostsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `preview-${index}.test`);

const start = ({ scene, options }: OwnOrder, routes: number): Promise<RunningSignalbox> =>
  startSignalbox(scene, {
    core: options.gatewayCore,
    label: `routes-${routes}`,
    routes: routesForHosts(scene, hostsOf(routes)),
  });

function contender(
  { scene, options }: OwnOrder,
  { peer, routes, asked }: Pick<Contender, 'peer' | 'routes' | 'asked'>,
): Contender {
  const hosts = hostsOf(asked);
  // As many different requests for all, so that the load generator does the same work.
  const requests = Array.from({ length: many }, (_, index) => ({
    path: `/small?request=${index}`,
    headers: { Host: hosts[index % asked] ?? '' },
  }));
  const url = `http://127.0.0.1:${peer.port}`;
  const load = { core: options.loadCore, url, connections: 64, requests };
  const { directory } = scene;
  const put = (seconds: number) => wrk({ ...load, seconds, directory });
  return { peer, routes, asked, put, measurements: [] };
}

async function result({ scene }: OwnOrder, contenders: readonly Contender[]): Promise<OwnResult> {
  const table = new Table({
    style: { head: [], border: [] },
    head: [
      'routes',
      'asked',
      'requests/s',
      'ratio',
      'p99 ms',
      'CPU µs/request (user / system)',
      'MB',
      'failed',
      'change in effect, median',
      'slowest',
    ],
  });
  const figures: unknown[] = [];
  for (const { routes, asked, peer, measurements } of contenders) {
    const watched = await changeAndWatch({ peer, scene, goesOn: (made) => made < changes });
    const effects = watched.map(inEffectMs);
    const pick = (of: (one: Measurement) => number) => median(measurements.map(of));
    table.push([
      routes.toLocaleString('en-GB'),
      asked.toLocaleString('en-GB'),
      Math.round(pick((one) => one.requestsPerSecond)).toLocaleString('en-GB'),
      ratioToFirst(contenders, measurements).toFixed(3),
      pick((one) => one.p99Ms).toFixed(2),
      processorOf(measurements),
      (pick((one) => one.residentBytes) / 1e6).toFixed(0),
      measurements.reduce((sum, one) => sum + one.failed, 0),
      `${median(effects).toFixed(1)} ms`,
      `${Math.max(...effects).toFixed(1)} ms`,
    ]);
    figures.push({ routes, asked, measurements, watched });
  }
  const verdicts = contenders.slice(1).map(({ measurements, asked }) => {
    const ratio = ratioToFirst(contenders, measurements);
    return `goal ≥ ${(1 - goal).toFixed(2)} × ${few} routes, ${asked} asked: ${ratio.toFixed(3)}, ${ratio >= 1 - goal ? 'met' : 'NOT MET'}`;
  });
  return { text: [table.toString(), ...verdicts].join('\n'), figures };
}

function ratioToFirst([first]: readonly Contender[], measurements: readonly Measurement[]): number {
  return median(
    measurements.map(
      (one, round) =>
        one.requestsPerSecond / (first?.measurements[round]?.requestsPerSecond ?? Number.NaN),
    ),
  );
}
