import { inTransaction } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import type { Heard } from './network.ts';
import { chatCommands } from './tables.ts';

/**
 * A message that may ask for something is written down when it resolves, before anything is done about it; delivered
 * twice, it is written once. false: it is nothing for us, or was heard before.
 */
export async function hear(
  world: Pick<World, 'db' | 'clock'>,
  network: string,
  { id: message, room, from, text }: Heard,
): Promise<boolean> {
  if (room !== null && !/^\s*!/.test(text)) return false;
  const { account, nick } = from;
  // PostgreSQL keeps every character but this one.
  const plain = text.slice(0, longestText).replaceAll('\0', '');
  const kept = { network, message, room, account, nick, text: plain };
  return inTransaction(world.db, (tx) => chatCommands.hear(tx, { ...kept, at: world.clock.now() }));
}

const longestText = 4_000;
