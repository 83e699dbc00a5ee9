import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { acceptedElsewhere, refusedElsewhere } from './accepted-elsewhere.ts';
import { answers } from './answers.ts';
import { haproxyPeer } from './haproxy-peer.ts';
import { type ClientPeer, nodeClient } from './node-client.ts';
import { nodePeer } from './node-peer.ts';
import { lastRequest, type Peer } from './peer.ts';
import { readAnswers } from './read-answers.ts';
import { readRequests } from './read-requests.ts';
import { means, type RequestCase } from './request-case.ts';
import { requests } from './requests.ts';

const last = means({ path: '/last-request', host: 'last.test' });
const haproxy = await haproxyPeer();

describe('what we forward means the same to node:http', () => sideBySide(nodePeer));

describe(
  'what we forward means the same to HAProxy',
  { skip: 'skip' in haproxy ? haproxy.skip : false },
  () => sideBySide(() => Promise.resolve(haproxy as Peer)),
);

function sideBySide(start: () => Promise<Peer>): void {
  let peer: Peer;
  before(async () => {
    peer = await start();
  });
  after(() => peer.stop());

  test('every request that goes upstream is that request there, and nothing else is one', async (t) => {
    const refused: string[] = [];
    for (const each of forwardable()) {
      const { sent, wanted } = upstreamOf(each);
      const seen = await peer.read(sent);
      if (seen.length === 0 && wanted.length > 0) refused.push(each.name);
      else assert.deepEqual(seen, wanted, each.name);
    }
    compare(t, `${peer.name} refuses what we forward`, refused, refusedElsewhere[key(peer)]);
  });

  test('what we refuse and it would accept is known', async (t) => {
    const accepted: string[] = [];
    for (const { name, bytes, ends, means } of requests) {
      if (typeof ends !== 'number' && ends !== 'broken body') continue;
      const seen = await peer.read(Buffer.from(bytes, 'latin1'));
      if (seen.length > means.length) accepted.push(name);
    }
    compare(t, `${peer.name} accepts what we refuse`, accepted, acceptedElsewhere[key(peer)]);
  });
}

describe('what we forward to clients means the same to node:http', () => {
  let client: ClientPeer;
  before(async () => {
    client = await nodeClient();
  });
  after(() => client.stop());

  test('every answer is that answer there, and half of one is none', async () => {
    for (const { name, bytes, method, means: wanted, ends } of answers) {
      const read = readAnswers(Buffer.from(bytes, 'latin1'), method);
      if (read.downstream.length === 0 || ends === 'upgrade') continue;
      assert.deepEqual(await client.read(Buffer.concat(read.downstream), method), wanted, name);
    }
  });
});

/** An HTTP/1.0 request without a host finds no route, and nothing of it goes anywhere. */
function forwardable(): RequestCase[] {
  return requests.filter(({ bytes }) => {
    const read = readRequests(Buffer.from(bytes, 'latin1'));
    return read.upstream.length > 0 && !read.hosts.includes('');
  });
}

/** The bytes as we send them upstream; behind whole requests, another one shows that they end where we think. */
function upstreamOf({ bytes }: RequestCase) {
  const { upstream, means: wanted } = readRequests(Buffer.from(bytes, 'latin1'));
  const isWhole = upstream.length === wanted.length;
  return {
    sent: Buffer.concat(isWhole ? [...upstream, lastRequest] : upstream),
    wanted: isWhole ? [...wanted, last] : wanted,
  };
}

const key = ({ name }: Peer): string =>
  name === 'node:http' ? `llhttp ${process.versions['llhttp']}` : name;

/** Other versions of a peer may be stricter or laxer; this one was looked at. */
function compare(
  t: TestContext,
  title: string,
  names: string[],
  known: readonly string[] | undefined,
): void {
  t.diagnostic(`${title}: ${names.length} cases`);
  if (known === undefined) t.diagnostic(`not looked at before: ${names.join('; ')}`);
  else assert.deepEqual(names, known);
}
