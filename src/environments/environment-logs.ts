import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import { logReader, shownLine, type LogReader } from './log-lines.ts';
import { unknownService } from './not-usable.ts';
import { summaries } from './summary-tables.ts';
import { environments } from './tables.ts';
import { secretsOf } from './variables.ts';
import type { World } from './world.ts';

export interface ServiceLine {
  service: string;
  instance: string;
  line: string;
}

interface Reading {
  service: string | null;
  tail: number | null;
  follow: boolean;
  signal: AbortSignal;
}

interface Open {
  id: string;
  service: string;
  reader: LogReader;
  ended: boolean;
}

const longestLine = 16_000;
const lookMs = 200;
/** How often it is looked for instances of a new deploy, in looks at the logs. */
const looksPerRound = 5;

/**
 * What the services of an environment print: of the deploy that serves and the one being made; of the
 * newest one, when none is. With `follow` new instances join as they come, until the environment is gone or
 * the signal aborts.
 */
export async function* environmentLogs(
  world: World,
  environment: Pick<Environment, 'id'>,
  reading: Reading,
): AsyncGenerator<ServiceLine> {
  const { follow, signal } = reading;
  const open: Open[] = await join(world, environment.id, { open: [], reading });
  let secrets = await secretsNow(world, environment.id);
  for (let look = 1; !signal.aborted; look += 1) {
    let quiet = true;
    for (const log of open.filter(({ ended }) => !ended)) {
      const read = await log.reader.read();
      log.ended = read.ended;
      if (!read.quiet) quiet = false;
      yield* shown(
        log,
        [...read.lines, ...(read.quiet && !follow ? log.reader.rest() : [])],
        secrets,
      );
    }
    if (quiet && !follow) return;
    if (quiet) await pause(lookMs, undefined, { signal }).catch(() => undefined);
    if (!follow || look % looksPerRound !== 0) continue;
    const joined = await join(world, environment.id, { open, reading: { ...reading, tail: null } });
    if (joined.length > 0) secrets = await secretsNow(world, environment.id);
    open.push(...joined);
    if (open.every(({ ended }) => ended) && (await isGone(world, environment.id))) return;
  }
}

/**
 * Refuses a name that is none of its services (`service/unknown`). One that is gone from the file may still
 * have instances.
 */
export async function refuseUnknownService(
  world: World,
  environment: Environment,
  service: string,
): Promise<void> {
  const config = await environments.config(world.db, environment.id);
  const known = Object.keys(config?.services ?? {});
  if (config === null || known.includes(service)) return;
  const all = await summaries.instancesOf(world.db, environment.id);
  if (all.some((instance) => instance.service === service)) return;
  throw unknownService(environment, service, known);
}

/** Instances nobody reads yet. */
async function join(
  world: World,
  environmentId: string,
  { open, reading }: { open: readonly Open[]; reading: Reading },
): Promise<Open[]> {
  const all = await summaries.instancesOf(world.db, environmentId);
  const living = all.filter(({ state }) => state !== 'stopped');
  const newest = all.filter(({ deployId }) => deployId === all[0]?.deployId);
  const wanted = (living.length > 0 || reading.follow ? living : newest).filter(
    ({ id, service }) =>
      (reading.service === null || service === reading.service) &&
      !open.some((log) => log.id === id),
  );
  return wanted.map(({ id, service }) => ({
    id,
    service,
    reader: logReader(world.runtime, { id, tail: reading.tail }),
    ended: false,
  }));
}

function* shown(
  { id, service }: Open,
  lines: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Generator<ServiceLine> {
  for (const line of lines) {
    yield { service, instance: id, line: shownLine(line, { secrets, longest: longestLine }) };
  }
}

async function secretsNow(world: World, id: string): Promise<Record<string, string>> {
  const environment = await environments.get(world.db, id);
  return environment ? secretsOf(world, environment) : {};
}

async function isGone(world: World, id: string): Promise<boolean> {
  const environment = await environments.get(world.db, id);
  return environment === null || environment.state === 'destroyed';
}
