import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignalboxError } from '../kernel/signalbox-error.ts';

/** Returns when the body was signed with the secret; refuses with `api/wrong-signature` otherwise. */
export function verifyWebhook(
  body: Buffer,
  { headers, secret }: { headers: IncomingHttpHeaders; secret: string | Buffer },
): void {
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = [headers['x-signalbox-signature'], headers['x-hub-signature-256']].flat();
  if (given.some((text) => isSame(Buffer.from(text ?? ''), right))) return;
  throw new SignalboxError({
    code: 'api/wrong-signature',
    what: 'This webhook call is not signed with the secret of the app.',
    fix: [
      'Send X-Signalbox-Signature: sha256=HEX, the HMAC SHA-256 of the body with the webhook secret.',
      'The secret was shown when the app was added; remove and add the app for a new one.',
    ],
  });
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
