import type { Card } from '../../network.ts';
import { beginning, splitLine } from './split-line.ts';

export interface Topics {
  /** What the room's topic has to be with this card. */
  with(room: string, card: Card): string;
}

/** A room has one topic and may have several cards: those that are not decided, and the last one in any case. */
export function topics(): Topics {
  const cards = new Map<string, Map<string, Card>>();
  return {
    with(room, card) {
      const open = [...(cards.get(room)?.values() ?? [])].filter((one) => one.buttons.length > 0);
      const shown = new Map([
        ...open.map((one) => [one.key, one] as const),
        [card.key, card] as const,
      ]);
      cards.set(room, shown);
      return [...shown.values()].map(({ line }) => splitLine(line).join(' ')).join(' | ');
    },
  };
}

/** As much of a topic as the server takes (ISUPPORT TOPICLEN), and as one line can carry. */
export const fittingTopic = (topic: string, topicLength: unknown): string =>
  beginning(topic, Math.min(Number(topicLength) || 300, 390));
