export interface LogLine {
  /** Who printed it; empty where that goes without saying. */
  from: string;
  text: string;
  /** Said by the dashboard, and printed by nobody. */
  isNote?: boolean;
}

/** The newest lines of a log, numbered from 0 as they came; numbers stay when the oldest are dropped. */
export interface LineStore {
  /** The oldest line there is: as many have been dropped. */
  readonly first: number;
  /** The number of the next line. */
  readonly end: number;
  /** Characters of the longest line, and of the longest name, that there has been. */
  readonly widest: { text: number; from: number };
  /** Only of a number from `first` to before `end`. */
  line(number: number): LogLine;
  append(lines: readonly LogLine[]): void;
}

interface Limits {
  mostLines: number;
  /** Lines may be long: a browser's tab has about 1 GB, and its longest page about 16 million pixels. */
  mostCharacters: number;
}

const usual: Limits = { mostLines: 100_000, mostCharacters: 32_000_000 };

/** Outside of Preact, so that 100,000 lines cost nothing until somebody looks at them. */
export function lineStore({ mostLines, mostCharacters }: Limits = usual): LineStore {
  const kept: LogLine[] = [];
  const widest = { text: 0, from: 0 };
  let first = 0;
  let characters = 0;
  const drop = (): void => {
    let count = Math.max(0, kept.length - mostLines);
    for (let at = 0; at < count; at += 1) characters -= kept[at]!.text.length;
    for (; characters > mostCharacters && count < kept.length - 1; count += 1)
      characters -= kept[count]!.text.length;
    if (count > 0) kept.splice(0, count);
    first += count;
  };
  return {
    get first() {
      return first;
    },
    get end() {
      return first + kept.length;
    },
    widest,
    line: (number) => kept[number - first]!,
    append(lines) {
      for (const line of lines) {
        kept.push(line);
        characters += line.text.length;
        widest.text = Math.max(widest.text, line.text.length);
        widest.from = Math.max(widest.from, line.from.length);
      }
      drop();
    },
  };
}
