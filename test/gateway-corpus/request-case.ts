/** What a request that we forward must mean to everybody. */
export interface Meaning {
  method: string;
  path: string;
  /** As a route is found by: lower case, without port. '' where HTTP/1.0 names none. */
  host: string;
  /** The payload, without its chunks. */
  body: string;
}

/** How what came on one connection ends: all read, more bytes expected, the client wanted no more, left HTTP, … */
export type Ending = 'all read' | 'incomplete' | 'closed' | 'upgrade' | 'broken body' | number;

export interface RequestCase {
  name: string;
  /** Everything that the client sends on one connection, as latin1. */
  bytes: string;
  /** The requests that are forwarded, and whole. */
  means: readonly Meaning[];
  /** What comes after those; a number is the status of a refusal. */
  ends: Ending;
}

/** A message's head, and its body. */
export const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');

/** To the usual host, with the given lines. */
export const get = (...lines: string[]): string => head('GET / HTTP/1.1', 'Host: a.test', ...lines);
export const post = (...lines: string[]): string =>
  head('POST / HTTP/1.1', 'Host: a.test', ...lines);

/** The usual chunked request around the given body. */
export const chunked = (body: string): string => post('Transfer-Encoding: chunked') + body;

/** Requests that are answered with this status at once. */
export const refused = (status: number, cases: Record<string, string>): RequestCase[] =>
  Object.entries(cases).map(([name, bytes]) => ({ name, bytes, means: [], ends: status }));

/** Requests whose head can be forwarded and whose body turns out to be malformed. */
export const brokenBodies = (bodies: Record<string, string>): RequestCase[] =>
  Object.entries(bodies).map(([name, body]) => ({
    name,
    bytes: chunked(body),
    means: [],
    ends: 'broken body',
  }));

/** Requests that are forwarded; without more said, each is one GET / to a.test and there is nothing behind it. */
export const forwarded = (
  cases: Record<string, [bytes: string, meaning?: Partial<Meaning>, ends?: Ending]>,
): RequestCase[] =>
  Object.entries(cases).map(([name, [bytes, meaning = {}, ends = 'all read']]) => ({
    name,
    bytes,
    means: [means(meaning)],
    ends,
  }));

export const means = (meaning: Partial<Meaning>): Meaning => ({
  method: 'GET',
  path: '/',
  host: 'a.test',
  body: '',
  ...meaning,
});
