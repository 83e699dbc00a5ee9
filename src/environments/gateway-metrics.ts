import type { Queryable } from '../db/pool.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { bucketMiddle, mergeBuckets } from '../gateway/merge-buckets.ts';
import type { Activity } from '../gateway/route.ts';
import type { LatencyBuckets, TrafficCount } from '../gateway/traffic.ts';
import { environments } from './tables.ts';

export interface Metric {
  name: string;
  help: string;
  kind: 'counter' | 'gauge' | 'histogram';
  /** `suffix` is '' but for the parts of a histogram. */
  samples: { suffix: string; labels: Record<string, string>; value: number }[];
}

interface Needs {
  db: Queryable;
  gateway: Pick<Gateway, 'totals' | 'activity'>;
}

/** What the gateway has counted since it began, in the words of Prometheus. */
export async function gatewayMetrics({ db, gateway }: Needs): Promise<Metric[]> {
  const [totals, activity] = await Promise.all([gateway.totals(), gateway.activity()]);
  const ids = [...new Set([...totals, ...activity].map(({ environment }) => environment))];
  const known = await environments.known(db, ids);
  const named = new Map(known.map(({ id, app, name }) => [id, { app, environment: name }]));
  // Of one that is gone from the tables, too, at least the id.
  const nameOf = (id: string): Names => named.get(id) ?? { app: '', environment: id };
  const series = bySeries(totals, nameOf);
  return [...counters(series), durations(series), openRequests(activity, nameOf)];
}

type Names = { app: string; environment: string };

type Labels = Names & { service: string; version: string; instance: string };
type Series = { labels: Labels; counts: TrafficCount[] };

/** Lines that differ in the place only are one series. */
function bySeries(totals: readonly TrafficCount[], nameOf: (id: string) => Names): Series[] {
  const labelled = totals.map((count) => {
    const { service, version, instance } = count;
    return { labels: { ...nameOf(count.environment), service, version, instance }, count };
  });
  const groups = Map.groupBy(labelled, ({ labels }) => JSON.stringify(labels));
  return [...groups.values()].map((group) => ({
    labels: group[0]!.labels,
    counts: group.map(({ count }) => count),
  }));
}

const classes = ['2xx', '3xx', '4xx', '5xx'] as const;

function counters(series: readonly Series[]): Metric[] {
  const answers = series.flatMap(({ labels, counts }) =>
    classes.map((name, index) => ({
      suffix: '',
      labels: { ...labels, class: name },
      value: sum(counts, ({ answers }) => answers[index]!),
    })),
  );
  const counter = (name: string, help: string, value: (count: TrafficCount) => number): Metric => ({
    name: `signalbox_gateway_${name}`,
    help,
    kind: 'counter',
    samples: series.map(({ labels, counts }) => ({
      suffix: '',
      labels,
      value: sum(counts, value),
    })),
  });
  const requests = 'Requests by the class of their final answer.';
  return [
    { name: 'signalbox_gateway_requests_total', help: requests, kind: 'counter', samples: answers },
    counter('failed_total', 'Requests that an instance failed.', ({ failed }) => failed),
    counter('aborted_total', 'Requests whose client left first.', ({ aborted }) => aborted),
    counter('refused_total', 'Requests that reached no instance.', ({ refused }) => refused),
    counter('retried_total', 'Requests that were sent once more.', ({ retried }) => retried),
    counter('received_bytes_total', 'Bytes from clients.', ({ bytesIn }) => bytesIn),
    counter('sent_bytes_total', 'Bytes to clients.', ({ bytesOut }) => bytesOut),
  ];
}

const sum = (counts: readonly TrafficCount[], value: (count: TrafficCount) => number): number =>
  counts.reduce((total, count) => total + value(count), 0);

/** In seconds; from a cached page to a slow report. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

function durations(series: readonly Series[]): Metric {
  return {
    name: 'signalbox_gateway_request_seconds',
    help: "From a request's head to the last byte of its answer.",
    kind: 'histogram',
    samples: series.flatMap(({ labels, counts }) => histogram(labels, counts)),
  };
}

/** A bound lies in the middle of one of our buckets at worst: counts are right for a bound within 0.5 %. */
function histogram(labels: Labels, counts: readonly TrafficCount[]): Metric['samples'] {
  const buckets = counts.map(({ total }) => total).reduce(mergeBuckets, [] as LatencyBuckets);
  const seconds = buckets.map(([bucket, hits]) => [bucketMiddle(bucket) / 1e6, hits] as const);
  const upTo = (bound: number): number =>
    seconds.reduce((total, [middle, hits]) => total + (middle <= bound ? hits : 0), 0);
  const all = upTo(Infinity);
  return [
    ...bounds.map((le) => ({
      suffix: '_bucket',
      labels: { ...labels, le: `${le}` },
      value: upTo(le),
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: all },
    { suffix: '_sum', labels, value: seconds.reduce((total, [at, hits]) => total + at * hits, 0) },
    { suffix: '_count', labels, value: all },
  ];
}

function openRequests(activity: readonly Activity[], nameOf: (id: string) => Names): Metric {
  const places = Map.groupBy(activity, ({ environment }) => JSON.stringify(nameOf(environment)));
  return {
    name: 'signalbox_gateway_open_requests',
    help: 'Requests and WebSockets under way.',
    kind: 'gauge',
    samples: [...places.values()].map((lines) => ({
      suffix: '',
      labels: { ...nameOf(lines[0]!.environment) },
      value: lines.reduce((total, { openRequests }) => total + openRequests, 0),
    })),
  };
}
