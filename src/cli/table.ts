import type { styleText } from 'node:util';

export interface Column {
  title: string;
  /** May be cut down to this many characters where the line is too long. Absent: never cut. */
  least?: number | undefined;
  /** The colour of a cell, by what it says. */
  style?: ((text: string) => Parameters<typeof styleText>[0] | null) | undefined;
}

interface Look {
  width: number;
  style: (style: Parameters<typeof styleText>[0], text: string) => string;
}

const gap = '  ';

/** Plain columns, as wide as what is in them, cut where a column allows it so that lines fit the width. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  look: Look,
): string {
  const widths = fittingWidths(columns, rows, look.width);
  const head = columns.map(({ title }) => title);
  const lines = [head, ...rows].map((cells, row) =>
    cells
      .map((cell, at) => {
        const last = at === columns.length - 1;
        const text = padded(
          cell,
          last ? { width: widths[at] ?? 0, pad: false } : { width: widths[at] ?? 0, pad: true },
        );
        const style = row === 0 ? 'dim' : columns[at]?.style?.(cell);
        return style ? look.style(style, text) : text;
      })
      .join(gap)
      .trimEnd(),
  );
  return lines.join('\n');
}

function fittingWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(({ title }, at) =>
    Math.max(displayWidth(title), ...rows.map((cells) => displayWidth(cells[at] ?? ''))),
  );
  let excess = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - width;
  for (const [at, { least }] of columns.entries()) {
    if (least === undefined || excess <= 0) continue;
    const cut = Math.min(excess, Math.max(0, (widths[at] ?? 0) - least));
    widths[at] = (widths[at] ?? 0) - cut;
    excess -= cut;
  }
  return widths;
}

function padded(text: string, { width, pad }: { width: number; pad: boolean }): string {
  const shown = displayWidth(text) > width ? `${shortened(text, width - 1)}…` : text;
  return pad ? shown + ' '.repeat(Math.max(0, width - displayWidth(shown))) : shown;
}

function shortened(text: string, width: number): string {
  let short = '';
  for (const { segment } of segments.segment(text)) {
    if (displayWidth(short + segment) > width) break;
    short += segment;
  }
  return short;
}

const segments = new Intl.Segmenter();
const wide =
  /\p{Emoji_Presentation}|[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{20000}-\u{3ffff}]/u;

/** Columns of a terminal a text takes. Source: Unicode's East Asian Width, W and F, in whole blocks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segments.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}
