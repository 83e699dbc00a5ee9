import type { HostNews, WebhookCall } from '../../host.ts';
import {
  headerBytes,
  hmacSha256,
  newsOfRef,
  noNews,
  sameBytes,
  unreadable,
  webhookBody,
  wrongSignature,
} from '../../read-webhook.ts';

/**
 * Forgejo and Gitea sign the body (HMAC SHA-256), but not the header that names the event: whoever could change it would
 * make us look at something else, no more.
 */
export function readNews(call: WebhookCall): HostNews {
  if (!isSigned(call)) {
    throw wrongSignature(
      'Forgejo',
      "Enter the secret as the webhook's in the repository: Settings, Webhooks. signalbox host check APP",
    );
  }
  const { ref, ref_type } = webhookBody(call);
  const event = eventOf(call);
  // Of a review the short name is pull_request_approved, pull_request_rejected, pull_request_comment.
  if (event.startsWith('pull_request')) return { kind: 'requests' };
  switch (event) {
    case 'push':
      return newsOfRef(ref);
    case 'create':
    case 'delete':
      if (typeof ref_type !== 'string') throw unreadable(`It does not say what was ${event}d`);
      return ref_type === 'branch' ? { kind: 'branches' } : noNews(`${event} of a ${ref_type}`);
    default:
      return noNews(event);
  }
}

const signatureHeaders = ['x-forgejo-signature', 'x-gitea-signature', 'x-hub-signature-256'];

function isSigned(call: WebhookCall): boolean {
  if (call.secret.length === 0) return false;
  const right = Buffer.from(hmacSha256(call.secret, call.body).toString('hex'));
  return signatureHeaders
    .map((name) => headerBytes(call, name)?.toString('latin1').toLowerCase())
    .filter((given) => given !== undefined)
    .some((given) => sameBytes(Buffer.from(given.replace(/^sha256=/, '')), right));
}

function eventOf(call: WebhookCall): string {
  const event = ['x-forgejo-event', 'x-gitea-event', 'x-github-event']
    .map((name) => headerBytes(call, name)?.toString('latin1'))
    .find((name) => name !== undefined);
  if (event === undefined) throw unreadable('No header names its event');
  return event;
}
