import type { Event } from '../events/event.ts';
import type { World } from '../environments/world.ts';
import { isWorkingTime } from './working-hours.ts';
import { addressees, type Addressee } from './addressees.ts';
import type { ChatNetwork } from './network.ts';
import { plainLine } from './one-line.ts';
import { authorOf, newsOf, toldByAnswer, type News } from './news.ts';
import { chatCommands, chatRooms, type RoomRow } from './tables.ts';

/** Who speaks: a network that is here. */
export interface Mouth {
  world: World;
  name: string;
  network: Pick<ChatNetwork, 'say' | 'tell' | 'show'>;
}

/**
 * A room is told what happened to its app since it was told last, until the event `latest`, in order. Its cursor moves on
 * after each message: killed between the two, that one message is said again, and no other. Throws when the network goes
 * away or the room takes nothing; then the cursor stays where it is. Answers whether anything happened to its app.
 */
export async function announce(
  mouth: Mouth,
  { room, rooms, latest }: { room: RoomRow; rooms: readonly RoomRow[]; latest: number },
): Promise<boolean> {
  const { db } = mouth.world;
  if (room.saidUntil >= latest) return false;
  const tellsAlone = isFirstOfApp(rooms, room);
  let isNews = false;
  for (;;) {
    const news = await chatRooms.news(db, room, latest);
    for (const event of news) {
      await announceOne(mouth, room, { event, tellsAlone });
      await chatRooms.saidUntil(db, room, event.id);
      room.saidUntil = event.id;
    }
    if (news.length === 0) break;
    isNews = true;
  }
  await chatRooms.saidUntil(db, room, latest);
  return isNews;
}

/** In several rooms of one app, people are told alone once. */
const isFirstOfApp = (rooms: readonly RoomRow[], { appId, room }: RoomRow): boolean =>
  rooms.find((one) => one.appId === appId)?.room === room;

async function announceOne(
  mouth: Mouth,
  room: RoomRow,
  { event, tellsAlone }: { event: Event; tellsAlone: boolean },
): Promise<void> {
  const { world, name, network } = mouth;
  const app = { id: room.appId, name: room.app };
  const news = await newsOf({ world, app, event });
  if (news === null || (await isAnsweredThere(mouth, room, event))) return;
  const to = await addressees(world.db, name, news.to);
  await network.say(room.room, mentioning(news, to));
  if (!tellsAlone || news.alone.length === 0) return;
  if (!(await isWorkingTime(world, app))) return;
  for (const { account } of to) await tellAlone(mouth, account, news.alone);
}

const mentioning = ({ lines: [first = '', ...rest] }: News, to: readonly Addressee[]): string[] =>
  to.length === 0
    ? [first, ...rest]
    : [`${to.map(({ called }) => plainLine(called)).join(', ')}: ${first}`, ...rest];

/** Somebody who cannot be reached has been told in the room; that is no reason to stop. */
async function tellAlone(
  { world, name, network }: Mouth,
  account: string | null,
  lines: readonly string[],
): Promise<void> {
  if (account === null) return;
  await network.tell(account, lines).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    world.log(`chat: ${name}: ${account} could not be told: ${why}`);
  });
}

/** What somebody did by a command in this room has its answer there. */
async function isAnsweredThere(
  { world, name }: Mouth,
  { room }: RoomRow,
  event: Event,
): Promise<boolean> {
  const words = toldByAnswer[event.kind];
  const by = authorOf(event);
  if (words === undefined || by === null) return false;
  return chatCommands.explains(world.db, { network: name, room, words, by, event: event.id });
}
