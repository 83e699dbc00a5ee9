/** Who is in which of our rooms. All names are folded by the caller. */
export interface Members {
  entered(nick: string, room: string): void;
  /** Answers whether this was the last room we share: from now on we do not see what happens to the nick. */
  left(nick: string, room: string): boolean;
  /** Answers whether we shared a room. */
  gone(nick: string): boolean;
  renamed(nick: string, to: string): void;
  /** We are out of a room; answers whom we do not see any more. */
  closed(room: string): string[];
  has(nick: string): boolean;
  all(): string[];
}

export function members(): Members {
  const rooms = new Map<string, Set<string>>();
  const self: Members = {
    entered(nick, room) {
      rooms.set(nick, (rooms.get(nick) ?? new Set()).add(room));
    },
    left(nick, room) {
      const shared = rooms.get(nick);
      shared?.delete(room);
      return shared?.size === 0 ? rooms.delete(nick) : false;
    },
    gone: (nick) => rooms.delete(nick),
    renamed(nick, to) {
      const shared = rooms.get(nick);
      rooms.delete(nick);
      if (shared) rooms.set(to, shared);
    },
    closed: (room) => [...rooms.keys()].filter((nick) => self.left(nick, room)),
    has: (nick) => rooms.has(nick),
    all: () => [...rooms.keys()],
  };
  return self;
}
