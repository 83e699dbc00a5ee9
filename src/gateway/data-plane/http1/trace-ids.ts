import { isIdentifier } from './byte-classes.ts';

const longestId = 128;

/** A request's name from outside if it can be written anywhere without harm, else ''. */
export function safeRequestId(value: string): string {
  if (value.length > longestId) return '';
  for (let at = 0; at < value.length; at += 1) {
    if (isIdentifier[value.charCodeAt(at)] !== 1) return '';
  }
  return value;
}

const version00 = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A traceparent of W3C Trace Context version 00, else ''. Of a later version nobody knows what it will mean. */
export function safeTraceparent(value: string): string {
  return version00.test(value) ? value : '';
}
