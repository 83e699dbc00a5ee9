/** Who said something. */
export interface Voice {
  /** What the network's services or workspace prove; null: nobody has logged in there. Never a nick. */
  account: string | null;
  /** As people read it; it proves nothing. */
  nick: string;
}

/** One message that reached us. */
export interface Heard {
  /** Its own id on this network, the same when it is delivered again; at most 200 characters. */
  id: string;
  /** Where it was said and where an answer belongs; null: to us alone. */
  room: string | null;
  from: Voice;
  /** Plain text without formatting and control characters; of a pressed button: its command. */
  text: string;
}

/** What stays in a room and is kept up to date: an edited message with buttons, or the room's topic. */
export interface Card {
  /** Of what it is; one card a key and room. At most 100 characters. */
  key: string;
  /** Where there is room for one line only. */
  line: string;
  /** Plain text, the first line is its title. */
  lines: readonly string[];
  /** A pressed one is heard as its command from whoever pressed it. Empty: it is decided. */
  buttons: readonly CardButton[];
}

export interface CardButton {
  label: string;
  command: string;
  /** It asks for a reason, which is put behind the command. */
  asksReason: boolean;
}

export type Connection = { state: 'here' } | { state: 'away'; why: string };

export interface NetworkListener {
  /** The message is written down when it resolves; until then the network may deliver it again. */
  heard(message: Heard): Promise<void>;
  /** Whenever that changes, and once at the beginning. */
  connection(now: Connection): void;
}

/**
 * A chat network we are on. It connects by itself, comes back by itself with growing pauses, and joins its rooms; what
 * was said meanwhile is read from its history where it has one. One `heard` at a time, in order.
 */
export interface ChatNetwork {
  /** Tries until it is stopped; resolves at once. Call it once. */
  start(listener: NetworkListener): void;
  /**
   * The network has taken the lines when it resolves, in order and not faster than it allows. Refuses with a plain
   * Error while it is away. Twice says it twice.
   */
  say(room: string, lines: readonly string[]): Promise<void>;
  /** As `say`, to one account alone; false: that account cannot be reached now. */
  tell(account: string, lines: readonly string[]): Promise<boolean>;
  /**
   * The room shows the card when it resolves. `message`: what an earlier call answered for this key, null: nothing.
   * Answers what to pass the next time. Repeatable: the same card twice is one card.
   */
  show(room: string, card: Card, message: string | null): Promise<string | null>;
  /** It is in these rooms, and in no others, as soon as it is there. Repeatable. */
  enter(rooms: readonly string[]): Promise<void>;
  /** It has left when it resolves; nothing is heard any more. Repeatable. */
  stop(): Promise<void>;
}
