// The few forms of DER (X.690) that a certificate request is made of.

/** One element: its tag, its length, what is in it. */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(0x80 | short.length), short]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => element(0x30, ...parts);
export const setOf = (...parts: readonly Buffer[]): Buffer => element(0x31, ...parts);
export const integer = (value: Buffer): Buffer => element(0x02, value);
export const octets = (value: Buffer): Buffer => element(0x04, value);
export const bits = (value: Buffer): Buffer => element(0x03, Buffer.of(0), value);
/** `hex`: the encoded arcs. */
export const objectId = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));

/** RFC 5758: ecdsa-with-SHA256. */
export const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));

/** RFC 5280, 4.2.1.6: subjectAltName with host names only. */
export const alternativeNames = (names: readonly string[]): Buffer =>
  sequence(
    objectId('551d11'),
    octets(sequence(...names.map((name) => element(0x82, Buffer.from(name, 'ascii'))))),
  );
