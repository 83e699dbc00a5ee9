import { formatDuration } from '../kernel/duration.ts';
import { publish } from '../events/publish.ts';
import { condemn } from './destroy.ts';
import { idleMs, type Environment, type Lease } from './environment.ts';
import { leases } from './setting-tables.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/** What becomes of an idle preview, decided by its own file's limits. */
export type Fate =
  | { kind: 'stays'; destroyAt: Date | null }
  | { kind: 'warn'; destroyAt: Date; text: string }
  | { kind: 'destroy'; reason: string };

/** At most so many a sweep: a mistake must not empty the house. */
const mostASweep = 50;

/** Takes over what the gateway has seen, warns idle previews and destroys those idle for too long. Repeatable. */
export async function sweep(world: World): Promise<{ warned: number; destroyed: number }> {
  await noteActivity(world);
  const swept = { warned: 0, destroyed: 0 };
  for (const environment of await environments.living(world.db)) {
    if (swept.destroyed >= mostASweep) break;
    const fate = await fateOf(world, environment);
    if (fate.kind === 'warn' && !environment.warnedAt) {
      await environments.warned(world.db, environment.id, world.clock.now());
      const { app, id } = environment;
      await publish(world.db, {
        kind: 'environment-warned',
        app,
        environment: id,
        text: fate.text,
      });
      swept.warned += 1;
    }
    if (fate.kind === 'destroy') {
      await condemn(world, environment, fate.reason);
      swept.destroyed += 1;
    }
  }
  return swept;
}

/** Requests count as the gateway saw them; what it has not seen is no request. */
export async function noteActivity(world: World): Promise<void> {
  for (const { environment, requests, lastRequestAt } of await world.gateway.activity()) {
    if (lastRequestAt)
      await environments.requested(world.db, { id: environment, at: lastRequestAt, requests });
  }
}

/** What the sweeper would do with it now, and when it would destroy it if nobody comes. */
export async function fateOf(world: World, environment: Environment): Promise<Fate> {
  if (
    environment.kind !== 'preview' ||
    environment.state === 'destroying' ||
    environment.state === 'queued'
  ) {
    return { kind: 'stays', destroyAt: null };
  }
  const config = await environments.config(world.db, environment.id);
  const { warnMs, destroyMs } = config?.environments.preview.idle ?? {
    warnMs: 2 * dayMs,
    destroyMs: 3 * dayMs,
  };
  const lease = await leases.of(world.db, environment.id);
  return decideFate({ environment, lease, warnMs, destroyMs, now: world.clock.now() });
}

const dayMs = 86_400_000;

export function decideFate(of: {
  environment: Environment;
  lease: Lease | null;
  warnMs: number;
  destroyMs: number;
  now: Date;
}): Fate {
  const { environment, lease, warnMs, destroyMs, now } = of;
  const idle = idleMs(environment, now);
  const destroyAt = new Date(now.getTime() - idle + destroyMs);
  if (lease && lease.until > now) {
    return { kind: 'stays', destroyAt: lease.until > destroyAt ? lease.until : destroyAt };
  }
  // Whoever was away with the machine gets a warning too, and half the usual time to act on it.
  const graceMs = (destroyMs - warnMs) / 2;
  const warnedMs = environment.warnedAt ? now.getTime() - environment.warnedAt.getTime() : null;
  if (idle >= destroyMs && warnedMs !== null && warnedMs >= graceMs) {
    return {
      kind: 'destroy',
      reason: `nobody used it for ${formatDuration(destroyMs)} (environments.preview.idle.destroy)`,
    };
  }
  if (idle < warnMs) return { kind: 'stays', destroyAt };
  const { app, branch } = environment;
  const leftMs = Math.max(destroyMs - idle, graceMs - (warnedMs ?? 0));
  const left = formatDuration(Math.max(60_000, Math.round(leftMs / 60_000) * 60_000));
  const text = `${app}/${branch}: nobody used it for ${formatDuration(warnMs)}; it goes in ${left}. Keep it: signalbox env keep ${branch} --until 7d --reason "…"`;
  return { kind: 'warn', destroyAt: new Date(now.getTime() + leftMs), text };
}
