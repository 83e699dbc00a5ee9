import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../environments/world.ts';
import { latestEvent } from '../events/latest-event.ts';
import { announce, type Mouth } from './announce.ts';
import { hear } from './hear.ts';
import type { ChatNetwork, Connection } from './network.ts';
import { obey } from './obey.ts';
import { showCards } from './show-cards.ts';
import {
  chatCommands,
  chatLines,
  chatNetworks,
  chatRooms,
  type CommandRow,
  type RoomRow,
  type NetworkRow,
} from './tables.ts';

export interface Presence {
  /** Nothing is heard, obeyed or said there when it resolves. Repeatable. */
  stop(): Promise<void>;
}

export interface PresenceOptions {
  world: World;
  row: Pick<NetworkRow, 'name' | 'driver'>;
  network: ChatNetwork;
  controller: string;
  /** How often it looks for news. */
  lookEveryMs?: number;
}

interface Here {
  mouth: Mouth;
  network: ChatNetwork;
  options: PresenceOptions;
  state: Connection['state'];
  /** Rings when there may be a command. */
  bell: { ring(): void; next(): Promise<void> };
  stopping: AbortController;
  /** Rooms whose cards are to be looked at; true: shown again, as the network may have lost them. */
  fresh: Map<string, boolean>;
  entered: string;
  /** Rooms that are still to be told that we were away, and the words. */
  missed: Map<string, string>;
  /** How often the answer to a command could not be said. */
  tries: Map<number, number>;
  noted: string;
}

/**
 * We are on a network: what is heard is written down and obeyed in order, rooms are told what happens, and cards are
 * kept. While the network is away, nothing is lost but what people say there. Nothing else waits for it.
 */
export function presence(options: PresenceOptions): Presence {
  const { world, network, row, lookEveryMs = 1_000 } = options;
  const here: Here = {
    mouth: { world, name: row.name, network },
    network,
    options,
    state: 'away',
    bell: bell(),
    stopping: new AbortController(),
    fresh: new Map(),
    entered: '',
    missed: new Map(),
    tries: new Map(),
    noted: '',
  };
  const { signal } = here.stopping;
  let turning: Promise<void> = Promise.resolve();
  network.start({
    async heard(message) {
      if (await hear(world, row.name, message)) here.bell.ring();
    },
    connection(now) {
      if (now.state === 'away') here.state = 'away';
      turning = turning.then(() => turn(here, now)).catch((error: unknown) => note(here, error));
    },
  });
  const loops = [
    again(
      here,
      () => answerAll(here),
      () => here.bell.next(),
    ),
    again(
      here,
      () => tellAll(here),
      () => pause(lookEveryMs, undefined, { signal }),
    ),
  ];
  return {
    async stop() {
      here.stopping.abort();
      here.bell.ring();
      await network.stop();
      await Promise.all([...loops, turning]);
    },
  };
}

/** Until it is stopped; what goes wrong is tried again at the next turn. */
async function again(
  here: Here,
  work: () => Promise<void>,
  rest: () => Promise<unknown>,
): Promise<void> {
  const { signal } = here.stopping;
  while (!signal.aborted) {
    await work().catch((error: unknown) => note(here, error));
    await rest().catch(() => undefined);
  }
}

/** What goes wrong every second is said once. */
function note(here: Here, error: unknown): void {
  const { mouth, stopping, noted } = here;
  const words = error instanceof Error ? error.message : String(error);
  if (stopping.signal.aborted || words === noted) return;
  here.noted = words;
  mouth.world.log(`chat: ${mouth.name}: ${words}`);
}

async function turn(here: Here, now: Connection): Promise<void> {
  const { world, name } = here.mouth;
  const { controller } = here.options;
  const trouble = now.state === 'away' ? now.why : null;
  await chatNetworks.turn(world.db, name, { controller, state: now.state, trouble });
  here.state = 'away';
  if (now.state === 'away') return;
  await enterRooms(here);
  await noteWhatWasMissed(here);
  for (const { room, app } of await chatRooms.of(world.db, name))
    here.fresh.set(`${room} ${app}`, true);
  here.state = 'here';
  here.bell.ring();
}

/** Where nothing keeps what was said while we were away, people should know that we have not heard it. */
async function noteWhatWasMissed(here: Here): Promise<void> {
  const { mouth, options } = here;
  const { world, name } = mouth;
  const before = await chatNetworks.get(world.db, name);
  const now = world.clock.now();
  const since = before?.hereUntil ?? null;
  if (options.row.driver === 'irc' && since !== null && now.getTime() - since.getTime() > 5_000) {
    const gap = `from ${shortTime(since)} until ${shortTime(now)} UTC`;
    const words = `I was away ${gap}; what was said in that time I have not heard. Say it again where it matters.`;
    for (const room of await roomNames(here)) here.missed.set(room, words);
  }
  await chatNetworks.hear(world.db, name, now);
}

const shortTime = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');

async function roomNames({ mouth: { world, name } }: Here): Promise<string[]> {
  return [...new Set((await chatRooms.of(world.db, name)).map(({ room }) => room))];
}

async function enterRooms(here: Here): Promise<void> {
  const { world, name } = here.mouth;
  const all = await chatRooms.of(world.db, name);
  const wanted = all.map(({ room, app }) => `${room} ${app}`).join('\n');
  if (wanted === here.entered) return;
  await here.network.enter([...new Set(all.map(({ room }) => room))]);
  here.entered = wanted;
  for (const { room, app } of all) here.fresh.set(`${room} ${app}`, true);
}

/**
 * One after the other, in the order in which they were heard. Saying takes seconds where many lines are said, so all are
 * obeyed before the next answer is: nobody's word waits behind other people's questions.
 */
async function answerAll(here: Here): Promise<void> {
  const { world, name } = here.mouth;
  const { controller } = here.options;
  while (here.state === 'here' && !here.stopping.signal.aborted) {
    const heard = await chatCommands.next(world.db, name, { controller, isObeyed: false });
    if (heard !== null) {
      await chatCommands.obeyed(world.db, heard.id, await obey(world, heard));
      continue;
    }
    const obeyed = await chatCommands.next(world.db, name, { controller, isObeyed: true });
    if (obeyed === null) return;
    await answerOne(here, obeyed);
  }
}

/** Killed between the words and their row, it says them again; what was obeyed is not obeyed again. */
async function answerOne(here: Here, command: CommandRow): Promise<void> {
  const { world } = here.mouth;
  const lines = command.answer ?? [];
  if (lines.length > 0) await sayAnswer(here, command, lines);
  here.tries.delete(command.id);
  await chatCommands.answered(world.db, command.id, world.clock.now());
}

const mostTries = 10;

/** An answer that a room does not take for long must not keep all others waiting. */
async function sayAnswer(
  here: Here,
  { id, room, account, nick }: CommandRow,
  lines: readonly string[],
): Promise<void> {
  const { network, tries } = here;
  try {
    if (room !== null) await network.say(room, lines);
    else if (account !== null) await network.tell(account, lines);
    // Whoever has no account can only be answered where they spoke from.
    else await network.say(nick, lines).catch(() => undefined);
  } catch (error) {
    if (here.state === 'here') tries.set(id, (tries.get(id) ?? 0) + 1);
    if ((tries.get(id) ?? 0) < mostTries) throw error;
    note(here, error);
  }
}

async function tellAll(here: Here): Promise<void> {
  const { mouth, network } = here;
  const { world, name } = mouth;
  // A command that another controller has written down, or that could not be answered.
  here.bell.ring();
  await enterRooms(here);
  if (here.state !== 'here') return;
  await chatNetworks.hear(world.db, name, world.clock.now());
  for (const { id, room, text } of await chatLines.of(world.db, name))
    await unlessRefused(here, async () => {
      await network.say(room, [text]);
      await chatLines.remove(world.db, id);
    });
  for (const [room, words] of here.missed)
    await unlessRefused(here, async () => {
      await network.say(room, [words]);
      here.missed.delete(room);
    });
  const latest = await latestEvent(world.db);
  const rooms = await chatRooms.of(world.db, name);
  for (const room of rooms)
    await unlessRefused(here, () => tellRoom(here, { room, rooms, latest }));
}

async function tellRoom(
  here: Here,
  { room, rooms, latest }: { room: RoomRow; rooms: readonly RoomRow[]; latest: number },
): Promise<void> {
  const isNews = await announce(here.mouth, { room, rooms, latest });
  const key = `${room.room} ${room.app}`;
  const isAgain = here.fresh.get(key) ?? false;
  if (!isNews && !here.fresh.has(key)) return;
  here.fresh.set(key, isAgain);
  await showCards(here.mouth, room, { isAgain });
  here.fresh.delete(key);
}

/** A room that takes nothing from us keeps no other one waiting; it is tried again. */
async function unlessRefused(here: Here, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (here.state !== 'here' || here.stopping.signal.aborted) throw error;
    note(here, error);
  });
}

/** A ring that comes before somebody waits for it is not lost. */
function bell(): Here['bell'] {
  let hasRung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      hasRung = true;
      wake?.();
    },
    next: () =>
      new Promise((resolve) => {
        const go = (): void => {
          hasRung = false;
          wake = null;
          resolve();
        };
        if (hasRung) go();
        else wake = go;
      }),
  };
}
