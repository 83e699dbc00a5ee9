import { byte } from './byte-classes.ts';

/** What the `Connection` lines of one head ask for (RFC 9110 section 7.6.1). */
export interface ConnectionField {
  close: boolean;
  keepAlive: boolean;
  upgrade: boolean;
  /** Other headers that are meant for this hop only, in lower case. */
  nominated: string[];
}

export const connectionField = (): ConnectionField => ({
  close: false,
  keepAlive: false,
  upgrade: false,
  nominated: [],
});

export function resetConnection(field: ConnectionField): void {
  field.close = false;
  field.keepAlive = false;
  field.upgrade = false;
  if (field.nominated.length > 0) field.nominated = [];
}

/** Takes the value of one line; of several, all count. */
export function takeConnection(value: string, into: ConnectionField): void {
  if (value === 'keep-alive' || value === 'Keep-Alive') into.keepAlive = true;
  else if (value === 'close') into.close = true;
  else for (const option of value.toLowerCase().split(',')) takeOption(trimmed(option), into);
}

/** Whether the connection can serve another message (RFC 9112 section 9.3). */
export function staysOpen({ close, keepAlive }: ConnectionField, minorVersion: 0 | 1): boolean {
  return !close && (minorVersion === 1 || keepAlive);
}

function takeOption(option: string, into: ConnectionField): void {
  if (option === 'close') into.close = true;
  else if (option === 'keep-alive') into.keepAlive = true;
  else if (option === 'upgrade') into.upgrade = true;
  else if (option !== '') into.nominated.push(option);
}

/**
 * Not trim(): it would also take bytes that Unicode calls white space and HTTP does not. Nor a regular expression:
 * one for blanks at an end takes quadratic time for many blanks in the middle.
 */
function trimmed(option: string): string {
  let from = 0;
  let to = option.length;
  while (from < to && isBlank(option.charCodeAt(from))) from += 1;
  while (to > from && isBlank(option.charCodeAt(to - 1))) to -= 1;
  return option.slice(from, to);
}

const isBlank = (each: number): boolean => each === byte.space || each === byte.tab;
