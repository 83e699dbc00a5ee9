import { signature } from './binary-proxy-head.ts';

export interface Binary {
  command?: number;
  family?: number;
  rest?: Buffer;
  length?: number;
}

/** From 192.0.2.1 to 192.0.2.2. */
export const fourAddresses = Buffer.from('c0000201c00002020fa001bb', 'hex');

/** A PROXY head of version 2, right unless told otherwise. */
export function binaryHead(binary: Binary = {}): Buffer {
  const { command = 0x21, family = 0x11, rest = fourAddresses, length = rest.length } = binary;
  const fixed = Buffer.alloc(4);
  fixed[0] = command;
  fixed[1] = family;
  fixed.writeUInt16BE(length, 2);
  return Buffer.concat([signature, fixed, rest]);
}
