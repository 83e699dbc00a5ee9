import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Load, LoadRequest } from './load.ts';

export interface H2loadOrder {
  core: string;
  url: string;
  connections: number;
  /** Open at a time on each connection. */
  streams: number;
  seconds: number;
  request: LoadRequest;
  /** For its log. */
  directory: string;
}

/** HTTP/2 by one thread on one core; resolves with what it has measured. */
export async function h2load(order: H2loadOrder): Promise<Load> {
  const log = join(order.directory, `h2load-${process.pid}.log`);
  rmSync(log, { force: true });
  const headers = Object.entries(order.request.headers).flatMap(([name, value]) => [
    '-H',
    // The pseudo-header is what HTTP/2 has in place of Host.
    name.toLowerCase() === 'host' ? `:authority: ${value}` : `${name}: ${value}`,
  ]);
  const { core, connections, streams, seconds, url, request } = order;
  await execa`taskset -c ${core} h2load -t 1 -c ${connections} -m ${streams} -D ${seconds} --log-file=${log} ${headers} ${url}${request.path}`;
  return readLog(log, order.seconds);
}

/** A line for each request: when it began, its status (-1: none came) and how long it took, in microseconds. */
function readLog(file: string, seconds: number): Load {
  const lines = readFileSync(file, 'latin1').trimEnd().split('\n');
  const took: number[] = [];
  let failed = 0;
  for (const line of lines) {
    const [, status, microseconds] = line.split('\t');
    if (Number(status) >= 200 && Number(status) < 400) took.push(Number(microseconds));
    else failed += 1;
  }
  took.sort((a, b) => a - b);
  const percentile = (percent: number) => took[Math.floor((took.length * percent) / 100)] ?? 0;
  return {
    requests: took.length,
    requestsPerSecond: took.length / seconds,
    p50Ms: percentile(50) / 1000,
    p99Ms: percentile(99) / 1000,
    failed,
    failures: failed === 0 ? '' : `status ${failed}`,
  };
}
