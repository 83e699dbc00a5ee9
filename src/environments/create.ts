import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { environmentSettings } from '../config/environment-settings.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { newId } from '../kernel/id.ts';
import type { Flow } from '../workflow/workflow.ts';
import {
  environmentHost,
  environmentName,
  type Environment,
  type EnvironmentKind,
} from './environment.ts';
import { clearNode } from './nodes.ts';
import { environments } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

export interface CreateOrder {
  push: string;
  appId: string;
  app: string;
  branch: string;
  kind: EnvironmentKind;
  /** Of a stage: its name; the others' follow from kind and branch. */
  name?: string | undefined;
  config: Config;
  /** Asked for by hand: its environment was there then. */
  byHand: boolean;
  /** A preview that lives on the branch's node. */
  onNode?: boolean | undefined;
}

export type Created =
  | { outcome: 'there'; environment: string }
  | { outcome: 'not wanted any more' };

const lookAgainMs = 500;

/**
 * The environment is there and holds a place when it resolves. An existing one keeps its place whatever
 * the limit says; a new preview over the limit waits in a queue and is told its place.
 */
export async function createEnvironment(
  flow: Flow,
  world: World,
  order: CreateOrder,
): Promise<Created> {
  const id = await flow.step(`find or make the environment ${order.kind}`, () =>
    ensureRow(world, order),
  );
  if (id === null) return { outcome: 'not wanted any more' };
  const admitted = await flow.step(`get a place for ${order.kind}`, () =>
    untilAdmitted(world, order, id),
  );
  return admitted ? { outcome: 'there', environment: id } : { outcome: 'not wanted any more' };
}

/** null: a deploy asked for by hand comes too late, its environment is gone. */
async function ensureRow(world: World, order: CreateOrder): Promise<string | null> {
  const { appId, app, branch, kind } = order;
  const name = nameOf(order);
  for (;;) {
    const node = order.onNode ? await clearNode(world, order) : undefined;
    if (node === null) return null;
    if (node?.clear === false) {
      await pause(lookAgainMs);
      continue;
    }
    const known = await environments.byName(world.db, app, name);
    if (known && known.state !== 'destroyed' && known.state !== 'destroying') {
      await environments.pushed(world.db, known.id, world.clock.now());
      return known.id;
    }
    if (order.byHand) return null;
    // The old one of this name is going away; the new one begins when it is gone.
    if (known?.state === 'destroying') await pause(lookAgainMs);
    else {
      await addRow(world, { id: newId(), appId, app, name, kind, branch }, node?.host);
    }
  }
}

export function nameOf({
  kind,
  branch,
  name,
}: Pick<CreateOrder, 'kind' | 'branch' | 'name'>): string {
  if (kind !== 'stage') return environmentName(kind, branch);
  if (name === undefined) throw new Error('The environment of a stage needs a name.');
  return name;
}

type NewRow = Pick<Environment, 'id' | 'appId' | 'app' | 'name' | 'kind' | 'branch'>;

/**
 * Two branches whose short hashes are alike (somebody tried hard) get hosts with longer ones. On a node's host nobody
 * else is left; should somebody be there again, the row is not added.
 */
async function addRow(world: World, row: NewRow, nodeHost?: string): Promise<void> {
  for (const hashDigits of [6, 12] as const) {
    const host = nodeHost ?? environmentHost(row, world.domain, hashDigits);
    const added = await environments.add(world.db, { ...row, host, state: 'queued' }).then(
      () => true,
      (error: { code?: string; constraint?: string }) => {
        if (error.constraint === 'environments_host' && (nodeHost || hashDigits === 6))
          return false;
        throw error;
      },
    );
    if (added) return;
  }
}

async function untilAdmitted(world: World, order: CreateOrder, id: string): Promise<boolean> {
  let told = 0;
  for (;;) {
    const place = await inTransaction(world.db, (tx) => admit(tx, order, id));
    if (place === 'admitted') return true;
    if (place === 'gone') return false;
    if (place !== told) await tellPlace(world, order, { id, place });
    told = place;
    await pause(lookAgainMs);
  }
}

/** 'admitted', 'gone', or its place in the queue (1 is next). */
async function admit(
  tx: Queryable,
  { appId, kind, config, onNode }: CreateOrder,
  id: string,
): Promise<'admitted' | 'gone' | number> {
  await upkeep.lockAdmission(tx, appId);
  const environment = await environments.get(tx, id);
  if (!environment || environment.state === 'destroying' || environment.state === 'destroyed')
    return 'gone';
  if (environment.state !== 'queued') return 'admitted';
  // Nodes are as many places as there are.
  const counts = kind === 'preview' && !onNode;
  const limit = counts ? config.environments.preview.limit : Infinity;
  const places = counts ? await environments.places(tx, appId) : [];
  const taken = places.filter(({ state }) => state !== 'queued').length;
  const rank = places.filter(({ state }) => state === 'queued').findIndex((row) => row.id === id);
  if (taken + rank >= limit) return taken + rank - limit + 1;
  await environments.move(tx, id, { state: 'creating', from: ['queued'], reason: 'being made' });
  return 'admitted';
}

async function tellPlace(
  world: World,
  { app, push, config }: CreateOrder,
  { id, place }: { id: string; place: number },
): Promise<void> {
  const { limit } = config.environments.preview;
  const text = `Waiting for a place (${place}${ordinal(place)} in the queue): ${app} may have ${limit} previews at a time. Free one: signalbox env destroy BRANCH`;
  await environments.explain(world.db, id, text);
  await publish(world.db, {
    kind: 'environment-queued',
    app,
    push,
    environment: id,
    text,
    data: { place },
  });
}

function ordinal(place: number): string {
  if (place % 100 >= 11 && place % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][place % 10] ?? 'th';
}

/** What holds for one kind of environment, by the file. */
export function settingsFor(config: Config, { kind }: Pick<Environment, 'kind'>) {
  return environmentSettings(config, kind);
}
