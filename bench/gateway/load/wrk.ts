import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Load, LoadRequest } from './load.ts';
import { readTold } from './told.ts';

export interface WrkOrder {
  core: string;
  /** With a host that the certificate need not name: wrk checks none. */
  url: string;
  connections: number;
  seconds: number;
  /** Sent in turn by all connections together. */
  requests: readonly LoadRequest[];
  /** For its script. */
  directory: string;
  /** 0 to 19: how far it stands back for others on its core. */
  nice?: number;
}

/** wrk with one thread on one core; resolves with what it has measured. */
export async function wrk(order: WrkOrder): Promise<Load> {
  const script = join(order.directory, `load-${process.pid}.lua`);
  writeFileSync(script, scriptOf(order.requests));
  const { core, nice = 0, connections, seconds, url } = order;
  const { stdout } =
    await execa`taskset -c ${core} nice -n ${nice} wrk -t 1 -c ${connections} -d ${seconds}s -s ${script} ${url}`;
  return readTold(stdout);
}

/** A single request is wrk's own affair, which saves it a copy each time: it matters for long ones. */
function scriptOf(requests: readonly LoadRequest[]): string {
  const [first] = requests;
  if (first === undefined) throw new Error('wrk needs a request');
  return (requests.length === 1 ? single(first) : turns(requests)) + whatItTells;
}

function single(request: LoadRequest): string {
  return `wrk.method = ${quoted(request.method ?? 'GET')}
wrk.path = ${quoted(request.path)}
wrk.headers = ${headersOf(request)}
wrk.body = ${bodyOf(request)}
`;
}

function turns(requests: readonly LoadRequest[]): string {
  const lines = requests.map(
    (request) =>
      `{ ${quoted(request.method ?? 'GET')}, ${quoted(request.path)}, ${headersOf(request)}, ${bodyOf(request)} },`,
  );
  return `local all = {
${lines.join('\n')}
}
local texts = {}
local turn = 0
init = function()
  for index, one in ipairs(all) do texts[index] = wrk.format(one[1], one[2], one[3], one[4]) end
end
request = function()
  turn = turn % #texts + 1
  return texts[turn]
end
`;
}

const whatItTells = `done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'told: {"microseconds":%d,"requests":%d,"p50":%d,"p99":%d,"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\\n',
    summary.duration, summary.requests, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
`;

const quoted = (text: string): string => JSON.stringify(text);

const bodyOf = ({ bodyBytes = 0 }: LoadRequest): string =>
  bodyBytes === 0 ? 'nil' : `string.rep("x", ${bodyBytes})`;

const headersOf = ({ headers }: LoadRequest): string =>
  `{ ${Object.entries(headers)
    .map(([name, value]) => `[${quoted(name)}] = ${quoted(value)}`)
    .join(', ')} }`;
