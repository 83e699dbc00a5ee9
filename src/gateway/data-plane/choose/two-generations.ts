/** A map that forgets: it holds the latest `size` entries at least, twice as many at most. */
export interface TwoGenerations<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** What was not asked for while `size` others came is gone; forgetting costs nothing per entry. */
export function twoGenerations<Value>(size: number): TwoGenerations<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  function set(key: string, value: Value): void {
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  return {
    set,
    get(key) {
      const known = young.get(key);
      if (known !== undefined) return known;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
  };
}
