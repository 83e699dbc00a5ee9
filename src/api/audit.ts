import type { AnyEndpoint } from './contract/all.ts';
import { nobody, type Actor } from './handlers.ts';
import { asRefusal } from './problem.ts';

export interface AuditEntry {
  actor: string;
  action: string;
  subject: string;
  details: Readonly<Record<string, unknown>>;
}

/** Where changes are written down: before they are made, so that none is without its row. */
export interface Audit {
  begin(entry: AuditEntry): Promise<number>;
  end(id: number, outcome: string): Promise<void>;
}

interface Change {
  name: string;
  endpoint: AnyEndpoint;
  actor(): Actor;
  input: Readonly<Record<string, unknown>>;
}

/** Runs a call; when it changes something, the audit says who, what and how it ended. */
export async function audited<T>(audit: Audit, change: Change, act: () => Promise<T>): Promise<T> {
  const { endpoint } = change;
  if (endpoint.method === 'GET' && endpoint.kind !== 'terminal') return act();
  if (endpoint.role === 'public') return auditedAfterwards(audit, change, act);
  const id = await audit.begin(entryOf(change));
  try {
    const result = await act();
    await audit.end(id, 'done');
    return result;
  } catch (error) {
    await audit.end(id, asRefusal(error).code);
    throw error;
  }
}

/** Strangers may not fill the audit with what was refused. */
async function auditedAfterwards<T>(
  audit: Audit,
  change: Change,
  act: () => Promise<T>,
): Promise<T> {
  const result = await act();
  // Where nobody was signed in, signing out changes nothing.
  if (change.name === 'closeSession' && change.actor() === nobody) return result;
  await audit.end(await audit.begin(entryOf(change)), 'done');
  return result;
}

function entryOf({ name, endpoint, actor: by, input }: Change): AuditEntry {
  const actor = by();
  const recorded = new Set([...Object.keys(endpoint.query.shape), ...endpoint.record]);
  const params = Object.keys(endpoint.params.shape).map((key) => String(input[key]));
  const details = Object.fromEntries(Object.entries(input).filter(([key]) => recorded.has(key)));
  // A person may have several.
  if (actor.token !== undefined) details['token'] = actor.token;
  const named = typeof input['name'] === 'string' ? input['name'] : '';
  const subject = params.join(' ') || named;
  return { actor: actor.name, action: name, subject, details };
}
