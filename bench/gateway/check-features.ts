import { ask } from './ask.ts';
import type { RunningPeer } from './peers/peer.ts';
import type { Scene } from './scene.ts';

/** Name and value of the cookie that keeps a user at each version. */
export type Cookies = ReadonlyMap<string, string>;

export interface Features {
  cookies: Cookies;
  /** Share of new users that met the version of the small share, in percent. */
  smallSharePercent: number;
}

const newUsers = 600;

/**
 * The gateway does all that the comparison counts on, and the cookies are what its users would carry. Throws
 * with what it does otherwise: figures of unequal work are worth nothing.
 */
export async function checkFeatures(peer: RunningPeer, scene: Scene): Promise<Features> {
  const features = await meetNewUsers(peer, scene);
  const asker = askerFor(peer, scene);
  for (const [version, cookie] of features.cookies)
    for (let visit = 0; visit < 20; visit += 1)
      expectOf(peer, 'a cookie keeps the version', version, await asker.servedBy({ cookie }));
  const { name, value } = peer.hiddenHeader;
  const hidden = await asker.servedBy({ [name]: value });
  expectOf(peer, 'the header reaches the hidden version', scene.hidden.name, hidden);
  const api = await asker.servedBy({}, `${scene.apiPath}/small`);
  expectOf(peer, 'a path has a service of its own', scene.api.name, api);
  const other = await asker.servedBy({ host: scene.otherHosts[0] ?? '' });
  expectOf(peer, 'a host has a service of its own', scene.api.name, other);
  const { status } = await ask({ port: peer.port, headers: { host: 'unknown.test' } });
  expectOf(peer, 'an unknown host is told so', 404, status);
  await checkForwardedHeaders(peer, scene);
  return features;
}

const askerFor = ({ port }: RunningPeer, { host }: Scene) => ({
  async servedBy(headers: Record<string, string>, path = '/small'): Promise<unknown> {
    const answer = await ask({ port, path, headers: { host, ...headers } });
    return answer.headers['x-served-by'];
  },
});

async function meetNewUsers(peer: RunningPeer, { host, versions }: Scene): Promise<Features> {
  const cookies = new Map<string, string>();
  const small = versions.toSorted((a, b) => a.weight - b.weight)[0];
  let atSmall = 0;
  for (let user = 0; user < newUsers; user += 1) {
    const { headers } = await ask({ port: peer.port, headers: { host } });
    const version = String(headers['x-served-by']);
    const cookie = headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie !== undefined) cookies.set(version, cookie);
    if (version === small?.name) atSmall += 1;
  }
  for (const { name } of versions)
    expectOf(peer, `new users of ${name} get a cookie`, true, cookies.has(name));
  expectOf(peer, 'all new users are at a version with a share', versions.length, cookies.size);
  return { cookies, smallSharePercent: (atSmall / newUsers) * 100 };
}

async function checkForwardedHeaders(peer: RunningPeer, { host }: Scene): Promise<void> {
  const lie = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher' };
  const { body } = await ask({ port: peer.port, path: '/echo', headers: { host, ...lie } });
  const told = (name: string) =>
    body
      .split('\r\n')
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
      .join(' | ');
  expectOf(peer, 'the client is told upstream', '127.0.0.1', told('x-forwarded-for'));
  expectOf(peer, 'the scheme is told upstream', 'http', told('x-forwarded-proto'));
  expectOf(peer, 'the host is told upstream', host, told('x-forwarded-host'));
  expectOf(peer, 'the host stays', host, told('host'));
}

function expectOf(peer: RunningPeer, what: string, wanted: unknown, met: unknown): void {
  if (wanted === met) return;
  const found = `expected ${JSON.stringify(wanted)}, met ${JSON.stringify(met)}`;
  throw new Error(`${peer.name} does other work than the rest: ${what}: ${found}`);
}
