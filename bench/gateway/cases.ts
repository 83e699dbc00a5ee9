import type { Cookies } from './check-features.ts';
import type { LoadRequest } from './load/load.ts';
import type { PeerName } from './peers/peer.ts';
import type { Scene } from './scene.ts';

/** A load that is put on all gateways in turn. */
export interface SideBySideCase {
  name: string;
  title: string;
  entrance: 'plain' | 'tls' | 'http2';
  /** Long bodies have a load generator of their own. */
  longBodies?: boolean;
  connections: number;
  /** Whether the upstream, asked without a gateway, does the same work; it must be far faster. */
  upstreamAlone: boolean;
  requests(scene: Scene, cookies: Cookies): LoadRequest[];
  /** What ours should reach; the p99 as a multiple of the same gateway's. */
  goal: { against: PeerName; ratio: number; p99Ratio: number | null };
}

const megabyte = 1024 * 1024;

export const sideBySideCases: readonly SideBySideCase[] = [
  {
    name: 'keep-alive',
    title: 'keep-alive, 64 connections, 200-byte answers',
    entrance: 'plain',
    connections: 64,
    upstreamAlone: true,
    requests: usersOf('/small'),
    goal: { against: 'haproxy', ratio: 1, p99Ratio: 1.5 },
  },
  {
    name: 'thousand-connections',
    title: 'keep-alive, 1,000 connections, 200-byte answers',
    entrance: 'plain',
    connections: 1000,
    upstreamAlone: true,
    requests: usersOf('/small'),
    goal: { against: 'haproxy', ratio: 1, p99Ratio: 1.5 },
  },
  {
    name: 'new-connections',
    title: 'a new connection for each request, 64 at a time',
    entrance: 'plain',
    connections: 64,
    upstreamAlone: false,
    requests: usersOf('/small', { connection: 'close' }),
    goal: { against: 'haproxy', ratio: 0.8, p99Ratio: null },
  },
  {
    name: 'bodies-down',
    title: '1 MB answers, 64 connections',
    entrance: 'plain',
    longBodies: true,
    connections: 64,
    upstreamAlone: true,
    requests: (scene, cookies) => [returningUser('/big', scene, cookies)],
    goal: { against: 'nginx', ratio: 0.8, p99Ratio: null },
  },
  {
    name: 'bodies-up',
    title: '1 MB uploads, 64 connections',
    entrance: 'plain',
    longBodies: true,
    connections: 64,
    upstreamAlone: true,
    requests: (scene, cookies) => [
      { ...returningUser('/upload', scene, cookies), method: 'POST', bodyBytes: megabyte },
    ],
    goal: { against: 'nginx', ratio: 0.8, p99Ratio: null },
  },
  {
    name: 'rich-headers',
    title: '2 KB answers with many headers, 64 connections',
    entrance: 'plain',
    connections: 64,
    upstreamAlone: true,
    requests: usersOf('/rich', browserHeaders()),
    goal: { against: 'haproxy', ratio: 1, p99Ratio: 1.5 },
  },
  {
    name: 'tls',
    title: 'TLS 1.3, HTTP/1.1 keep-alive, 64 connections',
    entrance: 'tls',
    connections: 64,
    upstreamAlone: false,
    requests: usersOf('/small'),
    goal: { against: 'haproxy', ratio: 0.8, p99Ratio: null },
  },
  {
    name: 'http2',
    title: 'TLS 1.3, HTTP/2, 64 connections with 10 streams each',
    entrance: 'http2',
    connections: 64,
    upstreamAlone: false,
    requests: (scene, cookies) => [returningUser('/small', scene, cookies)],
    goal: { against: 'caddy', ratio: 2, p99Ratio: null },
  },
];

/** Of forty requests four are of new users, two of users of the small share. */
function usersOf(path: string, more: Record<string, string> = {}): SideBySideCase['requests'] {
  return (scene, cookies) =>
    Array.from({ length: 40 }, (_, turn) => {
      if (turn % 10 === 0) return { path, headers: { Host: scene.host, ...more } };
      const version = turn % 20 === 5 ? 'candidate' : 'stable';
      return returningUser(path, scene, cookies, { more, version });
    });
}

function returningUser(
  path: string,
  { host }: Scene,
  cookies: Cookies,
  { version = 'stable', more = {} }: { version?: string; more?: Record<string, string> } = {},
): LoadRequest {
  const own = cookies.get(version) ?? '';
  const cookie = more['cookie'] === undefined ? own : `${more['cookie']}; ${own}`;
  return { path, headers: { Host: host, ...more, cookie } };
}

/** About what a browser sends. */
function browserHeaders(): Record<string, string> {
  return {
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36',
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
    'accept-encoding': 'gzip, deflate, br, zstd',
    'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
    'cache-control': 'max-age=0',
    cookie:
      'locale=en; basket=5f0c9e2ab7d1; consent=functional.analytics; session=8c1f0a77e2d94b6a',
    'if-none-match': 'W/"7f3-18b2c7d5a10"',
    referer: 'http://shop.test/catalogue?page=3',
    'sec-ch-ua-mobile': '?0',
    'sec-ch-ua-platform': '"Linux"',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': 'same-origin',
    'upgrade-insecure-requests': '1',
  };
}
