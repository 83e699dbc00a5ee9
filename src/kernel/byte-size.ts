const unitsBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of `256 MiB`, `1.5GB`, `512 B`; null for anything else, a bare number included. */
export function parseByteSize(text: string): number | null {
  const match = text.length > 40 ? null : /^(\d+(?:\.\d+)?) ?([KMGT]i?B|B)$/.exec(text.trim());
  if (!match) return null;
  const bytes = Math.round(Number(match[1]) * (unitsBytes[match[2] ?? ''] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Text in the largest binary unit that loses nothing, so that parsing it gives the same bytes: `256 MiB`. */
export function formatByteSize(bytes: number): string {
  const unit = ['TiB', 'GiB', 'MiB', 'KiB'].find(
    (unit) => bytes > 0 && bytes % (unitsBytes[unit] ?? 1) === 0,
  );
  return unit ? `${bytes / (unitsBytes[unit] ?? 1)} ${unit}` : `${bytes} B`;
}
