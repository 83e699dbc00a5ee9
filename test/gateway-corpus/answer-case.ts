import { head } from './request-case.ts';

/** What an answer that we forward must mean to everybody. */
export interface AnswerMeaning {
  status: number;
  body: string;
}

/** How what an instance sends on one connection, for one request, ends. */
export type AnswerEnding =
  | 'all read'
  | 'incomplete'
  | 'upgrade'
  | 'broken body'
  | 'refused'
  /** Bytes that no request asked for: the connection must not be used again. */
  | 'too much';

export interface AnswerCase {
  name: string;
  method: string;
  /** Everything that the instance sends before it ends the connection, as latin1. */
  bytes: string;
  means: readonly AnswerMeaning[];
  ends: AnswerEnding;
}

export const ok = (...lines: string[]): string => head('HTTP/1.1 200 OK', ...lines);

export const refusedAnswers = (cases: Record<string, string>): AnswerCase[] =>
  Object.entries(cases).map(([name, bytes]) => ({
    name,
    method: 'GET',
    bytes,
    means: [],
    ends: 'refused',
  }));

export const brokenAnswers = (bodies: Record<string, string>): AnswerCase[] =>
  Object.entries(bodies).map(([name, body]) => ({
    name,
    method: 'GET',
    bytes: ok('Transfer-Encoding: chunked') + body,
    means: [],
    ends: 'broken body',
  }));

type Forwarded = [bytes: string, meaning?: Partial<AnswerMeaning>, ends?: AnswerEnding];

/** Without more said, each answers a GET, is a 200 without a body, and there is nothing behind it. */
export const forwardedAnswers = (cases: Record<string, Forwarded>, method = 'GET'): AnswerCase[] =>
  Object.entries(cases).map(([name, [bytes, meaning = {}, ends = 'all read']]) => ({
    name,
    method,
    bytes,
    means: [{ status: 200, body: '', ...meaning }],
    ends,
  }));
