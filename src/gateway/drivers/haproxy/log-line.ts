/** What HAProxy says of each request when it has ended: fields between single spaces, `-` for nothing. */
export const logFormat = [
  'c',
  '%[var(txn.id)]',
  '%s',
  '%ST',
  '%ts',
  '%rc',
  '%U',
  '%B',
  '%[var(txn.began)]',
  '%[var(txn.first)]',
  '%[date(0,us)]',
  '%[var(txn.user)]',
  '%[var(txn.visit)]',
  '%[var(txn.answer)]',
  '%[var(txn.page)]',
  '%[var(txn.agent)]',
].join(' ');

/** One request, as far as it counts. */
export interface LoggedRequest {
  /** The place's id. */
  place: number;
  /** The server's id; null: no instance was chosen. */
  server: number | null;
  status: number;
  ending: 'whole' | 'client' | 'instance' | 'own';
  /** The head of an answer had gone out. */
  hadBegun: boolean;
  retries: number;
  bytesIn: number;
  bytesOut: number;
  beganUs: number;
  /** Null: no instance answered. */
  firstByteUs: number | null;
  endedUs: number;
  /** Of a cookie that was ours: the user's name, and what lane and server it names. */
  user: { name: string; lane: number; server: number | null } | null;
  isSigned: boolean;
  /** The place's own page or text. */
  isOwnAnswer: boolean;
  /** The page of the gateway that it got instead of an instance's answer, '' for none. */
  page: string;
  userAgent: string;
}

export type LogLine =
  | { kind: 'request'; request: LoggedRequest }
  | { kind: 'marker'; name: string }
  | { kind: 'dropped'; lines: number }
  /** A request that no place had, or garbage. */
  | { kind: 'nothing' };

/** Never throws: what cannot be understood is nothing. */
export function readLogLine(line: string): LogLine {
  if (line.startsWith('c ')) return requestOf(line.split(' '));
  if (line.startsWith('m ')) return { kind: 'marker', name: line.slice(line.lastIndexOf('/') + 1) };
  const [, dropped] = /(\d+) events? dropped/.exec(line) ?? [];
  return dropped === undefined ? { kind: 'nothing' } : { kind: 'dropped', lines: Number(dropped) };
}

function requestOf(fields: readonly string[]): LogLine {
  const [, id, server = '', status, state = '', retries = '', bytesIn, bytesOut] = fields;
  const [began, first, ended, user = '-', visit, answer, page = '-', ...agent] = fields.slice(8);
  if (id === undefined || !/^\d+$/.test(id) || ended === undefined) return { kind: 'nothing' };
  return {
    kind: 'request',
    request: {
      place: Number(id),
      server: idOf(server, 's'),
      status: Number(status),
      ending: endingOf(state),
      hadBegun: first !== '-',
      retries: Number(retries.replace('+', '')),
      bytesIn: Number(bytesIn),
      bytesOut: Number(bytesOut),
      beganUs: Number(began),
      firstByteUs: first === '-' ? null : Number(first),
      endedUs: Number(ended),
      user: userOf(user),
      isSigned: visit !== '-',
      isOwnAnswer: answer !== '-',
      page: page === '-' ? '' : page,
      userAgent: agent.join(' '),
    },
  };
}

/**
 * The first letter of HAProxy's termination state says who ended it: C and c the client, S and s the instance,
 * K an operator, P the proxy, which after the instance's head means that this was garbage.
 */
function endingOf(state: string): LoggedRequest['ending'] {
  const [who = '-', when = '-'] = state;
  if ('-L'.includes(who)) return 'whole';
  if ('CcK'.includes(who)) return 'client';
  return who === 'P' && when === 'R' ? 'own' : 'instance';
}

function userOf(text: string): LoggedRequest['user'] {
  const [, name, lane = '', server = ''] = text.split('.');
  const laneId = idOf(lane, 'l');
  if (name === undefined || laneId === null) return null;
  return { name, lane: laneId, server: idOf(server, 's') };
}

function idOf(text: string, letter: string): number | null {
  return text.startsWith(letter) && /^\d+$/.test(text.slice(1)) ? Number(text.slice(1)) : null;
}
