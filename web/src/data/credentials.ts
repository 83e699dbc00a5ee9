import { signal } from '@preact/signals';
import type { Session } from '../../../src/api/contract/session.ts';
import { mayDo, type Role } from '../../../src/kernel/role.ts';

/** Who is signed in; null: nobody; undefined: not known yet. */
export const session = signal<Session | null | undefined>(undefined);

/** A token that takes the place of a session, as on a radiator; it is kept nowhere but in the page's address. */
export const bearer = signal<string | null>(null);

/** Whether it is offered. The API decides again. */
export const may = (role: Role): boolean => {
  const now = session.value;
  return role === 'public' || (now !== null && now !== undefined && mayDo(now.role, role));
};

export const signedOut = (): void => {
  if (session.peek()) session.value = null;
};

/** What a request carries to be let in. */
export function headersOf(method: string, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  if (hasBody) headers['content-type'] = 'application/json';
  if (bearer.value !== null) headers['authorization'] = `Bearer ${bearer.value}`;
  const proof = session.peek()?.proof ?? null;
  if (method !== 'GET' && proof !== null) headers['x-signalbox-proof'] = proof;
  return headers;
}
