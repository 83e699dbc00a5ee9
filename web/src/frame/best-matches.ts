/** Those whose words have all letters typed in their order, closest together first; as they came where that is equal. */
export function bestMatches<Item extends { words: string }>(
  items: readonly Item[],
  typed: string,
  most: number,
): Item[] {
  const letters = typed.toLowerCase().replaceAll(/\s+/g, '');
  return items
    .flatMap((item) => {
      const spread = spreadOf(item.words.toLowerCase(), letters);
      return spread === null ? [] : [{ item, spread }];
    })
    .sort((one, other) => one.spread - other.spread)
    .slice(0, most)
    .map(({ item }) => item);
}

/** How far the letters are from each other, and from the beginning; null: they are not all there. */
function spreadOf(words: string, letters: string): number | null {
  let spread = 0;
  let from = 0;
  for (const letter of letters) {
    const found = words.indexOf(letter, from);
    if (found < 0) return null;
    spread += found - from;
    from = found + 1;
  }
  return letters === '' ? 0 : spread + words.length / 1000;
}
