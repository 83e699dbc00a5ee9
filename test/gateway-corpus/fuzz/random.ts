/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 to before `limit`. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** George Marsaglia's xorshift with 32 bits of state. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  return { below, pick: (items) => items[below(items.length)]! };
}
