import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import type { EndpointName } from '../../src/api/contract/all.ts';
import type { Audit, AuditEntry } from '../../src/api/audit.ts';
import type { Actor, Handlers } from '../../src/api/handlers.ts';

/** Handlers where only what a test names does something; the rest refuses with `fake/not-found`. */
export function fakeHandlers(given: Partial<Handlers>): Handlers {
  const refuse = (name: string) => async (): Promise<never> => {
    throw new SignalboxError({
      code: 'fake/not-found',
      what: `The fake has nothing for ${name}.`,
      fix: ['Give the fake a handler.'],
    });
  };
  return new Proxy(given, {
    get: (target, name) => target[name as EndpointName] ?? refuse(String(name)),
  }) as Handlers;
}

/** One token for each role, named like it. */
export const fakeTokens = { viewer: 'sbx_v', developer: 'sbx_d', admin: 'sbx_a' } as const;

export async function fakeAuthenticate(token: string): Promise<Actor | null> {
  const role = (['viewer', 'developer', 'admin'] as const).find(
    (role) => fakeTokens[role] === token,
  );
  return role ? { id: role, name: `the ${role}`, role } : null;
}

/** An audit that remembers. */
export function fakeAudit(): Audit & { entries: (AuditEntry & { outcome: string })[] } {
  const entries: (AuditEntry & { outcome: string })[] = [];
  return {
    entries,
    async begin(entry) {
      return entries.push({ ...entry, outcome: 'begun' }) - 1;
    },
    async end(id, outcome) {
      const entry = entries[id];
      if (entry) entry.outcome = outcome;
    },
  };
}
