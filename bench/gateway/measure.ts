import { truncateSync } from 'node:fs';
import type { Cookies } from './check-features.ts';
import type { SideBySideCase } from './cases.ts';
import { h2load } from './load/h2load.ts';
import type { Load } from './load/load.ts';
import { transfer } from './load/transfer.ts';
import { wrk } from './load/wrk.ts';
import type { RunningPeer } from './peers/peer.ts';
import { processUsage } from './process-usage.ts';
import type { Scene } from './scene.ts';

export interface Measurement extends Load {
  userMicroseconds: number;
  systemMicroseconds: number;
  /** Of the gateway's core; far below 100 something else was the limit. */
  busyPercent: number;
  residentBytes: number;
}

export interface MeasurementOrder {
  peer: RunningPeer;
  load(): Promise<Load>;
}

/** Puts the load on the gateway and looks at what its processes used for it. */
export async function measure({ peer, load }: MeasurementOrder): Promise<Measurement> {
  const before = processUsage(peer.process.pid);
  const began = performance.now();
  const result = await load();
  const seconds = (performance.now() - began) / 1000;
  const after = processUsage(peer.process.pid);
  peer.process.assertAlive();
  for (const file of peer.logFiles) truncateSync(file);
  const user = after.userSeconds - before.userSeconds;
  const system = after.systemSeconds - before.systemSeconds;
  return {
    ...result,
    userMicroseconds: (user / result.requests) * 1e6,
    systemMicroseconds: (system / result.requests) * 1e6,
    busyPercent: ((user + system) / seconds) * 100,
    residentBytes: after.residentBytes,
  };
}

export interface CaseLoad {
  case: SideBySideCase;
  scene: Scene;
  cookies: Cookies;
  core: string;
  seconds: number;
}

/** The load of a case on a port. The certificate names localhost, and wrk asks for what its URL says. */
export async function putLoad(order: CaseLoad, port: number): Promise<Load> {
  const { entrance, connections, requests, longBodies = false } = order.case;
  const { scene, core, seconds } = order;
  const { directory } = scene;
  const all = requests(scene, order.cookies);
  const [request] = all;
  if (request === undefined) throw new Error(`nothing to ask in ${order.case.name}`);
  const shared = { core, connections, seconds, directory };
  const url = `${entrance === 'plain' ? 'http://127.0.0.1' : 'https://localhost'}:${port}`;
  if (longBodies) return await transfer({ ...shared, port, request });
  if (entrance === 'http2') return await h2load({ ...shared, url, streams: 10, request });
  return await wrk({ ...shared, url, requests: all });
}
