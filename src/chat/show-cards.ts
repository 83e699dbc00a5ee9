import { listTrains, showTrain } from '../train/show-train.ts';
import type { Mouth } from './announce.ts';
import { cardKey, trainCard } from './train-card.ts';
import { chatCards, type RoomRow } from './tables.ts';

/**
 * The room's cards say how its trains are: those that were not decided when they were shown last, and the newest one.
 * What has not changed is left alone, unless the network may have lost it (`isAgain`). Throws when the network goes away. Repeatable.
 */
export async function showCards(
  mouth: Mouth,
  room: RoomRow,
  { isAgain }: { isAgain: boolean },
): Promise<void> {
  const { world, name, network } = mouth;
  const app = { id: room.appId, name: room.app };
  const known = await chatCards.of(world.db, name, room.room);
  const open = known.filter(({ appId, decided }) => appId === app.id && !decided);
  const [newest] = await listTrains(world, app, 1);
  const numbers = [...open.map(({ train }) => train), ...(newest ? [newest.number] : [])];
  for (const number of [...new Set(numbers)].toSorted((a, b) => a - b)) {
    const now = await showTrain(world, app, number);
    const card = trainCard(now);
    const decided = now.train.endedAt !== null;
    const before = known.find(({ key }) => key === card.key);
    const shown = JSON.stringify(card);
    if (before?.shown === shown && (decided || !isAgain)) continue;
    // A room that is told of an app after its train has ended need not see that one.
    if (!before && decided) continue;
    const message = await network.show(room.room, card, before?.message ?? null);
    const row = { key: cardKey({ app: app.name, number }), message, shown, appId: app.id };
    await chatCards.put(world.db, {
      ...row,
      network: name,
      room: room.room,
      train: number,
      decided,
    });
  }
}
