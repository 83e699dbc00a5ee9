export interface KeptRooms {
  /** These and no others. */
  want(rooms: readonly string[]): void;
  entered(room: string): void;
  left(room: string): void;
  /** The name we were given for a room; null: we do not want to be there. */
  nameOf(room: string): string | null;
  /** Asks for those that are missing. */
  tend(): void;
}

export interface RoomWays {
  fold(room: string): string;
  key(room: string): string | undefined;
  send(line: string): void;
}

/** The rooms we want to be in, and those we are in. Nothing is sent before the first `tend`. */
export function keptRooms(ways: RoomWays): KeptRooms {
  let wanted = new Map<string, string>();
  const inside = new Set<string>();
  let isOpen = false;
  const join = (folded: string, room: string): void => {
    if (isOpen && !inside.has(folded))
      ways.send(['JOIN', room, ways.key(room) ?? ''].join(' ').trim());
  };
  return {
    want(rooms) {
      const before = wanted;
      wanted = new Map(rooms.map((room) => [ways.fold(room), room]));
      for (const folded of inside) if (!wanted.has(folded)) ways.send(`PART ${folded}`);
      for (const [folded, room] of wanted) if (!before.has(folded)) join(folded, room);
    },
    entered(room) {
      const folded = ways.fold(room);
      inside.add(folded);
      // Asked for and then not wanted any more, or a server that puts people where it likes.
      if (!wanted.has(folded)) ways.send(`PART ${folded}`);
    },
    left: (room) => void inside.delete(ways.fold(room)),
    nameOf: (room) => wanted.get(ways.fold(room)) ?? null,
    tend() {
      isOpen = true;
      for (const [folded, room] of wanted) join(folded, room);
    },
  };
}
