import type { SideBySideCase } from './cases.ts';
import type { Cookies } from './check-features.ts';
import type { Load } from './load/load.ts';
import { measure, type Measurement, putLoad } from './measure.ts';
import type { RunningPeer } from './peers/peer.ts';
import type { Scene } from './scene.ts';

export interface Contender {
  peer: RunningPeer;
  longBodiesOnly: boolean;
  cookies: Cookies;
}

export interface SideBySideOrder {
  case: SideBySideCase;
  scene: Scene;
  contenders: readonly Contender[];
  core: string;
  rounds: number;
  seconds: number;
}

export interface SideBySideResult {
  case: SideBySideCase;
  /** Of each gateway, one for each round. */
  measurements: Map<RunningPeer['name'], Measurement[]>;
  /** The upstream without a gateway, on the core of the load generator; null where that says nothing. */
  alone: Load | null;
  /** Gateways that cannot take part, and why. */
  absent: string[];
}

const warmUpSeconds = 1;

/** All gateways take the load in turn, and each round begins with another one: what goes first finds it quieter. */
export async function sideBySide(order: SideBySideOrder): Promise<SideBySideResult> {
  const { able, absent } = whoCan(order);
  const put = ({ peer, cookies }: Contender, seconds: number) =>
    putLoad({ ...order, cookies, seconds }, entranceOf(peer, order.case)?.port ?? 0);
  for (const contender of able) await put(contender, warmUpSeconds);
  const measurements: SideBySideResult['measurements'] = new Map(
    able.map(({ peer }) => [peer.name, []]),
  );
  for (let round = 0; round < order.rounds; round += 1)
    for (const contender of inTurn(able, round)) {
      const load = () => put(contender, order.seconds);
      const measurement = await measure({ peer: contender.peer, load });
      measurements.get(contender.peer.name)?.push(measurement);
    }
  return { case: order.case, measurements, alone: await askAlone(order), absent };
}

function whoCan({ case: wanted, contenders }: SideBySideOrder) {
  const can = ({ peer }: Contender) => entranceOf(peer, wanted) !== null;
  const meant = contenders.filter((one) => !one.longBodiesOnly || wanted.longBodies === true);
  const absent = meant
    .filter((contender) => !can(contender))
    .map(({ peer }) => `${peer.name} has no ${wanted.entrance} entrance here`);
  return { able: meant.filter(can), absent };
}

function entranceOf(peer: RunningPeer, { entrance }: SideBySideCase): { port: number } | null {
  if (entrance === 'plain') return { port: peer.port };
  return entrance === 'http2' && peer.secure?.http2 === false ? null : peer.secure;
}

async function askAlone(order: SideBySideOrder): Promise<Load | null> {
  const cookies = order.contenders[0]?.cookies;
  if (!order.case.upstreamAlone || cookies === undefined) return null;
  return await putLoad({ ...order, cookies }, order.scene.versions[0]?.port ?? 0);
}

function inTurn<T>(all: readonly T[], round: number): T[] {
  const first = all.length === 0 ? 0 : round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
