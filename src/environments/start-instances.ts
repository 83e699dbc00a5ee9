import { setTimeout as pause } from 'node:timers/promises';
import type { Config, Service } from '../config/config.ts';
import { environmentSettings } from '../config/environment-settings.ts';
import type { Fence } from '../kernel/fence.ts';
import type { Size } from '../kernel/job.ts';
import type { Instance } from '../runtimes/runtime.ts';
import { names, type Deploy, type Environment, type ServiceInstance } from './environment.ts';
import { instances } from './tables.ts';
import { environmentVariables } from './variables.ts';
import type { World } from './world.ts';

export interface Placement {
  environment: Environment;
  deploy: Pick<Deploy, 'id' | 'commit'>;
  config: Config;
}

export type HealthKind = Service['health']['kind'];

export type Health =
  | { healthy: true }
  | { healthy: false; instance: string; service: string; why: string };

/** Absent: all of them, first attempts. */
export interface Only {
  services?: readonly string[];
  ordinals?: readonly number[];
  attempt?: number;
}

/** These instances of a deploy have been started, and none twice, when it resolves. Repeatable. */
export async function startInstances(
  world: World,
  placement: Placement,
  fence: Fence,
  only: Only = {},
): Promise<void> {
  const { environment, deploy, config } = placement;
  const { all } = await environmentVariables(world, { environment, config, commit: deploy.commit });
  const { attempt = 1 } = only;
  const wanted = wantedInstances(placement, only);
  await Promise.all(
    wanted.map(async ({ id, service, ordinal, described, size }) => {
      const row = {
        id,
        environmentId: environment.id,
        deployId: deploy.id,
        service,
        ordinal,
        attempt,
      };
      // The row first: what has a row is found again, whatever happens to us.
      await instances.add(world.db, { ...row, host: null, port: null });
      const started = await world.runtime.ensureInstance(
        {
          id,
          owner: names.owner(environment.id),
          isolation: names.isolation(environment.id),
          workspace: names.ground(deploy.id, attempt),
          run: described.run,
          variables: { ...all, SIGNALBOX_SERVICE: service },
          size,
          listens: described.listens,
          stopMs: described.stopMs,
        },
        fence,
      );
      const { host = null, port = null } = started.address ?? {};
      await instances.add(world.db, { ...row, host, port });
    }),
  );
}

interface Wanted {
  id: string;
  service: string;
  ordinal: number;
  described: Service;
  size: Size | undefined;
}

/** How many instances of a service an environment has by its file. */
export function instanceCount(
  { environment, config }: Omit<Placement, 'deploy'>,
  service: string,
): number {
  const here = environmentSettings(config, environment.kind).services[service];
  return here?.instances ?? config.services[service]?.instances ?? 0;
}

function wantedInstances(
  { environment, deploy, config }: Placement,
  { services, ordinals, attempt = 1 }: Only,
): Wanted[] {
  const settings = environmentSettings(config, environment.kind);
  const all = Object.entries(config.services).filter(([name]) => services?.includes(name) ?? true);
  return all.flatMap(([service, described]) => {
    const here = settings.services[service];
    const count = instanceCount({ environment, config }, service);
    const size = here?.size ?? undefined;
    const every = Array.from({ length: count }, (_, index) => index + 1);
    return every
      .filter((ordinal) => ordinals?.includes(ordinal) ?? true)
      .map((ordinal) => ({
        id: names.instance({ deployId: deploy.id, service, ordinal, attempt }),
        service,
        ordinal,
        described,
        size,
      }));
  });
}

/**
 * Waits until every instance of the deploy (or those of `ids`) whose health shows in one of these ways is healthy, or one has
 * had its time or crashed three times.
 * Abort ends the waiting.
 */
export async function untilHealthy(
  world: World,
  placement: Placement,
  {
    only,
    ids,
    signal,
  }: { only: HealthKind[]; ids?: readonly string[] | undefined; signal: AbortSignal },
): Promise<Health> {
  const all = await instances.of(world.db, placement.environment.id);
  const asked = (service: string): boolean =>
    only.some((kind) => kind === placement.config.services[service]?.health.kind);
  const mine = all.filter(
    ({ id, deployId, service }) =>
      deployId === placement.deploy.id && asked(service) && (ids?.includes(id) ?? true),
  );
  const results = await Promise.all(
    mine.map((row) => oneHealthy(world, placement.config, { row, signal })),
  );
  return results.find((health) => !health.healthy) ?? { healthy: true };
}

const mostCrashes = 3;
const firstLookMs = 15;
const slowestLookMs = 100;

async function oneHealthy(
  world: World,
  config: Config,
  { row, signal }: { row: ServiceInstance; signal: AbortSignal },
): Promise<Health> {
  const service = config.services[row.service];
  if (!service) throw new Error(`${row.service} is not in the configuration of its own deploy.`);
  const until = Date.now() + service.startMs;
  let lastAnswer = 'it gave no answer';
  const unhealthy = (why: string): Health => ({
    healthy: false,
    instance: row.id,
    service: row.service,
    why,
  });
  for (let lookMs = firstLookMs; !signal.aborted; lookMs = Math.min(lookMs * 1.5, slowestLookMs)) {
    const instance = await world.runtime.instance(row.id);
    if (!instance) return unhealthy('it is not there any more');
    if (instance.restarts >= mostCrashes) return unhealthy(crashed(instance));
    const answer = await probe(service, instance);
    if (answer === 'healthy') return { healthy: true };
    lastAnswer = answer;
    if (Date.now() > until) break;
    await pause(lookMs, undefined, { signal }).catch(() => undefined);
  }
  return unhealthy(
    `within ${service.startMs / 1000} s: ${lastAnswer} (services.${row.service}.start)`,
  );
}

const crashed = ({ restarts, lastExitCode }: Instance): string =>
  `it ended ${restarts} times, the last time with exit code ${lastExitCode}`;

/** Long enough that a program which ends at once is seen to have ended. */
const settledMs = 300;

/** 'healthy', or what is wrong, in words. */
async function probe(service: Service, instance: Instance): Promise<string> {
  if (instance.state !== 'running') return `it ended with exit code ${instance.lastExitCode}`;
  const { health } = service;
  if (health.kind === 'running') {
    return Date.now() - instance.startedAt.getTime() > settledMs
      ? 'healthy'
      : 'it has just started';
  }
  const { host, port } = instance.address ?? {};
  if (!host || !port) return 'it has no address';
  return health.kind === 'port'
    ? acceptsConnections(host, port)
    : answersWell(host, port, health.path);
}

const answerMs = 5000;

async function answersWell(host: string, port: number, path: string): Promise<string> {
  try {
    const reply = await fetch(`http://${host}:${port}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
      headers: { 'user-agent': 'Signalbox health check', connection: 'close' },
    });
    await reply.body?.cancel();
    return reply.ok ? 'healthy' : `${path} answered ${reply.status}`;
  } catch (error) {
    const timedOut = (error as Error).name === 'TimeoutError';
    return timedOut
      ? `${path} did not answer within ${answerMs / 1000} s`
      : `nothing listens on PORT (${port})`;
  }
}

async function acceptsConnections(host: string, port: number): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerMs });
    const end = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end('healthy'));
    socket.once('timeout', () => end(`nothing answers on PORT (${port})`));
    socket.once('error', () => end(`nothing listens on PORT (${port})`));
  });
}

/** The instances and all their descendants are gone when it resolves. Repeatable. */
export async function stopInstances(
  world: World,
  rows: readonly ServiceInstance[],
  fence: Fence,
): Promise<void> {
  await Promise.all(rows.map(({ id }) => world.runtime.stopInstance(id, fence)));
  await instances.move(
    world.db,
    rows.map(({ id }) => id),
    'stopped',
  );
}
