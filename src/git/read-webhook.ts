import { createHmac, timingSafeEqual } from 'node:crypto';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { shownWords } from './host-refusals.ts';
import type { HostNews, WebhookCall } from './host.ts';

const largestBytes = 25 * 1024 * 1024;

/** A header's bytes; of one that came several times, none. */
export function headerBytes({ headers }: WebhookCall, name: string): Buffer | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? Buffer.from(value, 'latin1') : null;
}

/** Takes the same time wherever two secrets of one length differ. */
export const sameBytes = (a: Buffer, b: Buffer): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

export const hmacSha256 = (key: Buffer, data: string | Buffer): Buffer =>
  createHmac('sha256', key).update(data).digest();

export const wrongSignature = (kind: string, fix: string): SignalboxError =>
  new SignalboxError({
    code: 'api/wrong-signature',
    what: `This ${kind} webhook call does not prove that it knows the app's secret.`,
    fix: [fix],
  });

/** The object in a call whose sender is proved, or a refusal (`host/unreadable-webhook`). */
export function webhookBody({ body }: WebhookCall): Record<string, unknown> {
  if (body.length > largestBytes) throw unreadable(`It has ${body.length} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadable('Its body is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw unreadable('Its body is not a JSON object');
  }
  return json as Record<string, unknown>;
}

export const unreadable = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unreadable-webhook',
    what: 'This webhook call is from the hosting service and makes no sense.',
    why: shownWords(why, { token: '' }),
    fix: [
      'Let the webhook send application/json, with the events of pushes and of pull or merge requests.',
      'Nothing is missed: Signalbox asks the service every few minutes.',
    ],
  });

/** What a moved ref means to us. */
export function newsOfRef(ref: unknown): HostNews {
  if (typeof ref !== 'string' || ref === '') throw unreadable('It names no ref');
  if (ref.startsWith('refs/heads/')) return { kind: 'branches' };
  return { kind: 'nothing', what: shownWords(`a push to ${ref}`, { token: '' }) };
}

/** Something that is no news to us, or does not exist yet. */
export const noNews = (what: string): HostNews => ({
  kind: 'nothing',
  what: shownWords(what, { token: '' }).slice(0, 60),
});
