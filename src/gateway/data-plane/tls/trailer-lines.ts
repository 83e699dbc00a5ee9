import { forbiddenTrailers } from '../http1/forbidden-trailers.ts';
import { headerNumber } from '../http1/header-names.ts';
import { chunkLimits } from '../http1/limits.ts';

/**
 * HTTP/2 trailers (name, value, name, value …) as lines behind a chunked body. Those that must not stand
 * there are left out, and so are all when they are too long: no recipient may depend on them.
 */
export function trailerLines(raw: readonly string[]): string {
  let lines = '';
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    const value = raw[index + 1]!;
    if (isAllowed(name) && !hasControls(value)) lines += `${name}: ${value}\r\n`;
  }
  return lines.length < chunkLimits.trailerBytes ? lines : '';
}

function isAllowed(name: string): boolean {
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return false;
  return headerNumber(forbiddenTrailers, Buffer.from(name, 'latin1'), 0, name.length) === 0;
}

function hasControls(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return true;
  }
  return false;
}
