import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { HostNews, WebhookCall } from '../../host.ts';
import { quoted } from './refusals.ts';

/** GitHub sends none that is larger. */
const largestCall = 25 * 1024 * 1024;

const reference = z.object({ ref: z.string(), ref_type: z.string() });

/** What each event says to us; the bodies are only read as far as that depends on them. */
const readers: Readonly<Record<string, (payload: object) => HostNews>> = {
  push: (payload) => ofPush(z.object({ ref: z.string() }).parse(payload).ref),
  create: (payload) => ofReference(reference.parse(payload)),
  delete: (payload) => ofReference(reference.parse(payload)),
  pull_request: (payload) => ofRequest(payload),
  pull_request_review: (payload) => ofRequest(payload),
};

/**
 * What a call of GitHub says, once X-Hub-Signature-256 is proved over its raw body. Refuses with `api/wrong-signature`
 * and `host/unreadable-webhook`.
 */
export function readNews(call: WebhookCall): HostNews {
  if (!isSigned(call)) throw wrongSignature();
  const event = call.headers['x-github-event'];
  if (typeof event !== 'string' || event === '') throw unreadable('It does not name its event.');
  if (call.body.length > largestCall) throw unreadable('It is larger than any of GitHub’s.');
  const payload = payloadOf(call);
  const read = Object.hasOwn(readers, event) ? readers[event] : undefined;
  if (read === undefined) return { kind: 'nothing', what: quoted(event) };
  try {
    return read(payload);
  } catch {
    throw unreadable(`It is no ${event} as GitHub sends it.`);
  }
}

function isSigned({ headers, body, secret }: WebhookCall): boolean {
  // Anybody can sign with an empty secret.
  if (secret.length === 0) return false;
  const given = Buffer.from(String(headers['x-hub-signature-256'] ?? ''));
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

/** As JSON, or as a form with JSON in it, which is what GitHub suggests for a new webhook. */
function payloadOf({ headers, body }: WebhookCall): object {
  const isForm = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  const text = body.toString('utf8');
  let payload: unknown;
  try {
    payload = JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
  } catch {
    throw unreadable('Its body is not JSON.');
  }
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload;
  throw unreadable('Its body is not a JSON object.');
}

const ofPush = (ref: string): HostNews =>
  ref.startsWith('refs/heads/') ? { kind: 'branches' } : { kind: 'nothing', what: 'push of a tag' };

const ofReference = ({ ref_type: kind }: z.infer<typeof reference>): HostNews =>
  kind === 'branch' ? { kind: 'branches' } : { kind: 'nothing', what: quoted(kind) };

function ofRequest(payload: object): HostNews {
  z.object({ pull_request: z.object({ number: z.number() }) }).parse(payload);
  return { kind: 'requests' };
}

const wrongSignature = (): SignalboxError =>
  new SignalboxError({
    code: 'api/wrong-signature',
    what: 'This webhook call is not signed with the secret of the app.',
    fix: [
      'Enter the secret that Signalbox shows for this webhook at GitHub: signalbox host check.',
    ],
  });

const unreadable = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unreadable-webhook',
    what: 'This webhook call is signed and makes no sense.',
    why,
    fix: [
      'Nothing is lost: Signalbox asks the service by itself. Look at what stands between it and us.',
    ],
  });
