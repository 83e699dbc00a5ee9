/** One entry of a tar file, as its block of 512 bytes says. */
export interface TarHeader {
  name: string;
  kind: 'file' | 'long name' | 'extended' | 'extended for all' | 'nothing to read';
  /** Of the contents that follow. */
  bytes: number;
  modifiedAt: Date;
}

export const blockBytes = 512;

/** 'end' for the block of zeros that ends an archive; null: this is no header, or a damaged one. */
export function readTarHeader(block: Buffer): TarHeader | 'end' | null {
  if (block.length < blockBytes) return null;
  if (block.every((byte) => byte === 0)) return 'end';
  if (numberIn(block.subarray(148, 156)) !== checksum(block)) return null;
  const type = String.fromCharCode(block[156]!);
  const [size, seconds] = [numberIn(block.subarray(124, 136)), numberIn(block.subarray(136, 148))];
  if (size === null || seconds === null) return null;
  // Only POSIX archives have a second half of the name there; GNU's have other things.
  const isPosix = block.subarray(257, 263).toString('latin1') === 'ustar\0';
  const folder = isPosix ? textIn(block.subarray(345, 500)) : '';
  const name = textIn(block.subarray(0, 100));
  return {
    name: folder === '' ? name : `${folder}/${name}`,
    kind: kinds[type] ?? 'nothing to read',
    // Links, devices and directories have no contents, whatever they say.
    bytes: '123456'.includes(type) ? 0 : size,
    modifiedAt: new Date(Math.min(seconds, 8e12) * 1000),
  };
}

const kinds: Readonly<Record<string, TarHeader['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  L: 'long name',
  x: 'extended',
  g: 'extended for all',
};

/** Its own field counts as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at += 1) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

/** Octal, or where the first bit is set, binary. */
function numberIn(field: Buffer): number | null {
  if (field[0]! >= 0x80) {
    const value = field.subarray(-6).readUIntBE(0, 6);
    const isSmall = field[0] === 0x80 && field.subarray(1, -6).every((byte) => byte === 0);
    return isSmall ? value : null;
  }
  const digits = field.toString('latin1').replaceAll('\0', ' ').trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

export function textIn(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? undefined : end).toString();
}

/** The path and the size in an extended header: lines of `LENGTH key=value`. */
export function extendedFacts(body: Buffer): { name?: string; bytes?: number } {
  const facts: { name?: string; bytes?: number } = {};
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? 0 : Number(body.subarray(at, space).toString('latin1'));
    if (!Number.isSafeInteger(length) || length <= space - at) break;
    const [key, value] = pairIn(body.subarray(space + 1, at + length - 1).toString());
    if (key === 'path') facts.name = value;
    if (key === 'size' && /^\d{1,15}$/.test(value)) facts.bytes = Number(value);
    at += length;
  }
  return facts;
}

function pairIn(text: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
