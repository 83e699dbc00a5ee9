import type { Queryable } from '../db/pool.ts';
import { about, type Finding } from '../environments/finding.ts';
import { listNetworks } from './networks.ts';

/** Networks that are away, and such without a room. Reads only. */
export async function examineChat(db: Queryable): Promise<Finding[]> {
  return (await listNetworks(db)).flatMap(({ name, state, trouble, rooms }) => {
    const say = about(`chat network ${name}`);
    if (state === 'away')
      return [
        say.trouble(
          'chat-away',
          `It is away: ${trouble ?? 'no controller has gone there yet'}. What is said there is not heard; trains go on.`,
          'signalbox chat list',
        ),
      ];
    return rooms.length > 0
      ? []
      : [
          say.note(
            'chat-without-rooms',
            'It has no room, so nobody is told anything there.',
            `signalbox chat room add ${name} '#ROOM' --app APP`,
          ),
        ];
  });
}
