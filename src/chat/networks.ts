import type { Database, Queryable } from '../db/pool.ts';
import { findApp } from '../git/app.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { seal, unseal } from '../kernel/sealed.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { isSameRoom } from './obey.ts';
import { oneLine } from './one-line.ts';
import { refuseUnusable, type ChatAccess } from './chat-access.ts';
import { chatLines, chatNetworks, chatRooms, type NetworkRow } from './tables.ts';

interface Yard {
  db: Database;
  key: Buffer;
  clock: Clock;
}

export interface ShownNetwork {
  name: string;
  driver: NetworkRow['driver'];
  /** Where it is and what we are called there; never what opens it. */
  settings: Record<string, unknown>;
  addedBy: string;
  addedAt: Date;
  state: NetworkRow['state'];
  /** Why it is away. */
  trouble: string | null;
  rooms: { room: string; app: string }[];
}

/**
 * We are on this network soon after it resolves. Again: with other settings; its rooms and what was heard stay. Refuses
 * with `chat/unusable-settings`.
 */
export async function putNetwork(
  { db, key, clock }: Yard,
  { name, access, by }: { name: string; access: ChatAccess; by: string },
): Promise<ShownNetwork> {
  refuseUnusable(name, access);
  const { driver, settings, secrets } = access;
  const sealed = seal(key, purpose(name), JSON.stringify(secrets));
  const at = { version: newId(), addedBy: by, addedAt: clock.now() };
  if (!(await chatNetworks.put(db, { name, driver, settings, secrets: sealed, ...at })))
    throw otherDriver(name);
  return showNetwork(db, name);
}

/** With what opens it; for drivers only. */
export function openAccess(key: Buffer, row: NetworkRow): ChatAccess {
  const { name, driver, settings, secrets } = row;
  const opened: unknown = JSON.parse(unseal(key, purpose(name), secrets));
  return { driver, settings, secrets: opened } as ChatAccess;
}

const purpose = (name: string): string => `chat network ${name}`;

export async function listNetworks(db: Queryable): Promise<ShownNetwork[]> {
  const rooms = await chatRooms.all(db);
  return (await chatNetworks.all(db)).map((row) => shown(row, rooms));
}

/** Refuses with `chat/unknown-network`. */
export async function showNetwork(db: Queryable, name: string): Promise<ShownNetwork> {
  return shown(await find(db, name), await chatRooms.of(db, name));
}

function shown(
  { name, driver, settings, addedBy, addedAt, state, trouble }: NetworkRow,
  rooms: Awaited<ReturnType<typeof chatRooms.all>>,
): ShownNetwork {
  const { ca: _, ...plain } = settings;
  const here = rooms.filter(({ network }) => network === name);
  return {
    name,
    driver,
    settings: plain,
    addedBy,
    addedAt,
    state,
    trouble,
    rooms: here.map(({ room, app }) => ({ room, app })),
  };
}

/** We leave it; what was heard there is forgotten. Refuses with `chat/unknown-network`. */
export async function removeNetwork(db: Queryable, name: string): Promise<void> {
  if (!(await chatNetworks.remove(db, name))) throw unknownNetwork(name);
}

/** The room is told of the app from now on. Repeatable. Refuses with `chat/unknown-network` and `app/unknown`. */
export async function addRoom(
  db: Queryable,
  of: { network: string; room: string; app: string },
): Promise<ShownNetwork> {
  await find(db, of.network);
  const app = await findApp(db, of.app);
  await chatRooms.add(db, { network: of.network, room: of.room, appId: app.id });
  return showNetwork(db, of.network);
}

/** `app: null`: we leave it for all apps. Refuses with `chat/unknown-network`, `chat/unknown-room`. */
export async function removeRoom(
  db: Queryable,
  { network, room, app }: { network: string; room: string; app: string | null },
): Promise<ShownNetwork> {
  await find(db, network);
  const appId = app === null ? null : (await findApp(db, app)).id;
  if ((await chatRooms.remove(db, { network, room, appId })) === 0)
    throw await unknownRoom(db, network, room);
  return showNetwork(db, network);
}

/** It is said as soon as somebody of us is there. Refuses with `chat/unknown-network`, `chat/unknown-room`. */
export async function wishLine(
  { db, clock }: Pick<Yard, 'db' | 'clock'>,
  { network, room, text, by }: { network: string; room: string; text: string; by: string },
): Promise<void> {
  await find(db, network);
  const known = (await chatRooms.of(db, network)).find((one) => isSameRoom(one.room, room));
  if (!known) throw await unknownRoom(db, network, room);
  const line = { network, room: known.room, text: oneLine(`${by}: ${text}`), by, at: clock.now() };
  await chatLines.add(db, line);
}

async function find(db: Queryable, name: string): Promise<NetworkRow> {
  const row = await chatNetworks.get(db, name);
  if (row) return row;
  throw unknownNetwork(name);
}

const unknownNetwork = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'chat/unknown-network',
    what: `We are on no chat network called ${name}.`,
    fix: [
      'signalbox chat list',
      `signalbox chat add ${name} irc --server ircs://HOST --nick signalbox`,
    ],
  });

async function unknownRoom(db: Queryable, network: string, room: string): Promise<SignalboxError> {
  const rooms = [...new Set((await chatRooms.of(db, network)).map((one) => one.room))];
  return new SignalboxError({
    code: 'chat/unknown-room',
    what: `${room} is no room of ours on ${network}.`,
    why: `We are in ${rooms.join(', ') || 'none'}.`,
    fix: [`signalbox chat room add ${network} '${room}' --app APP`],
  });
}

const otherDriver = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'chat/unusable-settings',
    what: `${name} was not changed.`,
    why: 'There is a network of this name that is reached in another way.',
    fix: ['Choose another name.', `Or leave that one first: signalbox chat remove ${name}`],
  });
