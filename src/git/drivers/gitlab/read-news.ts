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
 * GitLab sends the secret itself and does not sign the body: who can read a call can make others, so let it call over
 * https. With a signing token (GitLab 19) it signs too, as Standard Webhooks does; a secret of the form `whsec_BASE64`
 * may be entered as both, and then a call that is signed counts by its signature alone. Its time is not looked at:
 * calls carry no truth, so a replayed one changes nothing.
 */
export function readNews(call: WebhookCall): HostNews {
  if (!isFromGitlab(call)) {
    throw wrongSignature(
      'GitLab',
      "Enter the secret as the webhook's secret token in the project: Settings, Webhooks. signalbox host check APP",
    );
  }
  const { object_kind, event_name, ref } = webhookBody(call);
  const kind = object_kind ?? event_name;
  if (typeof kind !== 'string' || kind === '') throw unreadable('It does not say what it is about');
  switch (kind) {
    case 'push':
      return newsOfRef(ref);
    case 'repository_update':
      return { kind: 'branches' };
    case 'merge_request':
      return { kind: 'requests' };
    default:
      return noNews(kind);
  }
}

function isFromGitlab(call: WebhookCall): boolean {
  const { secret } = call;
  if (secret.length === 0) return false;
  const key = signingKey(secret);
  const signatures = headerBytes(call, 'webhook-signature');
  if (key !== null && signatures !== null) return isSigned(call, { key, signatures });
  const token = headerBytes(call, 'x-gitlab-token');
  return token !== null && sameBytes(token, secret);
}

/** null: the secret is not of the form that signs. */
function signingKey(secret: Buffer): Buffer | null {
  const coded = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secret.toString('latin1'))?.[1];
  return coded === undefined ? null : Buffer.from(coded, 'base64');
}

function isSigned(
  call: WebhookCall,
  { key, signatures }: { key: Buffer; signatures: Buffer },
): boolean {
  const id = headerBytes(call, 'webhook-id');
  const at = headerBytes(call, 'webhook-timestamp');
  if (id === null || at === null) return false;
  const dot = Buffer.from('.');
  const right = hmacSha256(key, Buffer.concat([id, dot, at, dot, call.body]));
  return signatures
    .toString('latin1')
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .some((one) => sameBytes(Buffer.from(one.slice('v1,'.length), 'base64'), right));
}
