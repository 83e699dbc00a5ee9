// One table per question, 1 for yes: an index into 256 bytes is the cheapest question there is.

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** Methods and header names (RFC 9110 section 5.6.2). */
export const isToken = classOf(`!#$%&'*+-.^_\`|~${digits}${letters}`);

/** Header values and reasons: no control bytes but the tab. Bytes from 0x80 on are opaque and allowed. */
export const isValue = classWhere((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09);

/**
 * Path and query: visible ASCII without the fragment's `#` and without `"`, `<` and `>`. RFC 3986 would
 * refuse some more (`{`, `|`, `\`, …), but browsers send those as they are.
 */
export const isTarget = classWhere(
  (byte) => byte > 0x20 && byte < 0x7f && !'#"<>'.includes(String.fromCharCode(byte)),
);

export const isDigit = classOf(digits);

/** Names and addresses: what stands between the dots. The underscore is in no standard and in many networks. */
export const isLabel = classOf(`-_${digits}${letters}`);

/** What stands between the brackets of an IPv6 address. */
export const isAddress = classOf(`:.${digits}ABCDEFabcdef`);

/** Identifiers of a request that are safe in a log, a header and a shell. */
export const isIdentifier = classOf(`-._~+/=:@$${digits}${letters}`);

/** The value of a hexadecimal digit, 255 for every other byte. */
export const hexValue = new Uint8Array(256).map((_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});

export const byte = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  asterisk: 0x2a,
  comma: 0x2c,
  dash: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  colon: 0x3a,
  semicolon: 0x3b,
  question: 0x3f,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  underscore: 0x5f,
} as const;

function classOf(characters: string): Uint8Array {
  return classWhere((each) => characters.includes(String.fromCharCode(each)));
}

function classWhere(holds: (byte: number) => boolean): Uint8Array {
  return new Uint8Array(256).map((_, each) => (holds(each) ? 1 : 0));
}
