import type { Heard } from '../../network.ts';

export interface Delivery {
  /** The same when Slack delivers it again. */
  id: string;
  /** Slack's time of a message; null: a pressed button, which is in no history. */
  ts: string | null;
  read(): Promise<Heard>;
}

export interface SlackInbox {
  /** It is written down when it resolves. The same id twice is heard once, unless it failed. */
  take(delivery: Delivery): Promise<void>;
  /** Nothing is heard any more when it resolves. Repeatable. */
  close(): Promise<void>;
}

export interface InboxEnds {
  heard(message: Heard): Promise<void>;
  /** Slack's time of what was written down. */
  isDown(ts: string): void;
  hasFailed(ts: string | null): void;
}

/** One at a time, in the order they were taken. */
export function slackInbox(ends: InboxEnds): SlackInbox {
  const known = new Map<string, Promise<void>>();
  let last: Promise<void> = Promise.resolve();
  let closed = false;

  const hear = async (delivery: Delivery): Promise<void> => {
    if (closed) throw new Error('We have left Slack.');
    try {
      await ends.heard(await delivery.read());
    } catch (error) {
      known.delete(delivery.id);
      ends.hasFailed(delivery.ts);
      throw error;
    }
    if (delivery.ts !== null) ends.isDown(delivery.ts);
  };

  return {
    take(delivery) {
      const before = known.get(delivery.id);
      if (before) return before;
      const turn = last.then(() => hear(delivery));
      last = turn.catch(() => undefined);
      known.set(delivery.id, turn);
      forgetSome(known);
      return turn;
    },
    async close() {
      closed = true;
      await last;
    },
  };
}

/** Slack delivers again within minutes; what is older is known by its id where it was written down. */
const mostKnown = 50_000;

function forgetSome(known: Map<string, Promise<void>>): void {
  const [oldest] = known.size > mostKnown ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
}
