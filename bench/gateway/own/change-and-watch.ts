import { setTimeout as pause } from 'node:timers/promises';
import { type Sighting, type VersionProbe, versionProbe } from '../load/version-probe.ts';
import { shopRoute } from '../peers/signalbox-routes.ts';
import type { RunningSignalbox } from '../peers/signalbox.ts';
import type { Scene } from '../scene.ts';

/** One change of a route as its users met it; times in milliseconds after the call. */
export interface Watched {
  /** The call has resolved. */
  resolvedMs: number;
  /** The first answer of the new version is here. */
  firstNewMs: number;
  /** The last request was sent that the old version still answered; 0: none after the call. */
  lastOldMs: number;
  requests: number;
  failed: number;
}

export interface WatchOrder {
  peer: RunningSignalbox;
  scene: Scene;
  /** Asked before each change with the number of those made. */
  goesOn(changes: number): boolean;
}

const everyMs = 100;
/** Beyond this a change counts as one that was never met. */
const patienceMs = 5000;

/** Ten times a second all users are moved to the other version, while some connections watch who answers. */
export async function changeAndWatch({ peer, scene, goesOn }: WatchOrder): Promise<Watched[]> {
  const moveAllTo = async (name: string): Promise<void> => {
    const versions = scene.versions.map((one) => ({ ...one, weight: one.name === name ? 100 : 0 }));
    await peer.gateway.apply([{ set: shopRoute(scene, versions) }]);
  };
  const [first = '', second = ''] = scene.versions.map(({ name }) => name);
  await moveAllTo(first);
  const probe = versionProbe({ port: peer.port, host: scene.host, connections: 4 });
  const watched: Watched[] = [];
  while (goesOn(watched.length)) {
    const to = watched.length % 2 === 0 ? second : first;
    probe.take();
    const calledAt = performance.now();
    await moveAllTo(to);
    const resolvedMs = performance.now() - calledAt;
    await pause(Math.max(0, everyMs - resolvedMs));
    const seen = await untilMet(probe, { to, calledAt });
    watched.push({ resolvedMs, ...compare(seen, { to, calledAt }) });
  }
  await probe.end();
  await peer.gateway.apply([{ set: shopRoute(scene, scene.versions) }]);
  return watched;
}

/** When a change was in effect for everybody: no later request met the old version. */
export function inEffectMs({ lastOldMs, firstNewMs }: Watched): number {
  return Number.isFinite(firstNewMs) ? lastOldMs : Number.POSITIVE_INFINITY;
}

interface Change {
  to: string;
  /** By performance.now(). */
  calledAt: number;
}

/** On a busy machine those who watch may not have had a turn within the time of one change. */
async function untilMet(probe: VersionProbe, change: Change): Promise<Sighting[]> {
  const seen = probe.take();
  while (!seen.some(meets(change)) && performance.now() - change.calledAt < patienceMs) {
    await pause(5);
    seen.push(...probe.take());
  }
  return seen;
}

const meets =
  ({ to, calledAt }: Change) =>
  ({ version, answeredAt }: Sighting): boolean =>
    version === to && answeredAt >= calledAt;

function compare(all: readonly Sighting[], change: Change): Omit<Watched, 'resolvedMs'> {
  const answered = all.filter(({ version }) => version !== null);
  const fresh = answered.filter(meets(change));
  const old = answered.filter(({ version }) => version !== change.to);
  return {
    firstNewMs: Math.min(...fresh.map(({ answeredAt }) => answeredAt - change.calledAt)),
    lastOldMs: Math.max(0, ...old.map(({ askedAt }) => askedAt - change.calledAt)),
    requests: all.length,
    failed: all.length - answered.length,
  };
}
