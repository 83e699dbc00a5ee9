/**
 * Whether a branch matches any of the patterns, from its first character to its last: `*` stands for
 * anything but `/`, `?` for one such character, `**` for anything, and a `**` followed by `/` for any
 * number of whole parts, none included.
 */
export function matchesBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => matches(pieces(pattern), branch));
}

type Piece = { kind: 'text'; text: string } | { kind: 'one' | 'part' | 'any' | 'parts' };

function pieces(pattern: string): Piece[] {
  return Array.from(pattern.matchAll(/(?<=^|\/)\*\*\/|\*{2,}|\*|\?|[^*?]/gu), ([text]): Piece => {
    if (text === '**/') return { kind: 'parts' };
    if (text === '*') return { kind: 'part' };
    if (text === '?') return { kind: 'one' };
    return text.startsWith('**') ? { kind: 'any' } : { kind: 'text', text };
  });
}

/** Every position the pieces so far can end at, piece by piece: no pattern makes it slow. */
function matches(all: readonly Piece[], branch: string): boolean {
  let ends = new Set([0]);
  for (const piece of all) {
    ends = new Set(reach(piece, ends, branch));
    if (ends.size === 0) return false;
  }
  return ends.has(branch.length);
}

function reach(piece: Piece, starts: ReadonlySet<number>, branch: string): number[] {
  switch (piece.kind) {
    case 'text':
      return [...starts]
        .filter((at) => branch.startsWith(piece.text, at))
        .map((at) => at + piece.text.length);
    case 'one':
      return [...starts].flatMap((at) => {
        const character = String.fromCodePoint(branch.codePointAt(at) ?? 0x2f);
        return character === '/' ? [] : [at + character.length];
      });
    case 'part':
      return spread(starts, branch, (character) => character !== '/');
    case 'any':
      return spread(starts, branch, () => true);
    case 'parts':
      return [
        ...starts,
        ...spread(starts, branch, () => true).filter(
          (at) => at > Math.min(...starts) && branch[at - 1] === '/',
        ),
      ];
  }
}

function spread(
  starts: ReadonlySet<number>,
  branch: string,
  goesOver: (character: string) => boolean,
) {
  const reached: number[] = [];
  for (let at = 0, carried = false; at <= branch.length; at += 1) {
    carried = starts.has(at) || (carried && goesOver(branch[at - 1] ?? ''));
    if (carried) reached.push(at);
  }
  return reached;
}
