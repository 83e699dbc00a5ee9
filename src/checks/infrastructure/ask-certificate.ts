import { connect, getCACertificates, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import { type Answer, failed, passed } from './answer.ts';
import type { Asking } from './asking.ts';
import type { Check } from './question.ts';
import { errorInWords, knownAddresses, reach } from './reach.ts';
import { parseHostAndPort } from './text-rules.ts';

const dayMs = 86_400_000;

/**
 * Whether what a server shows is valid for long enough, its whole chain, and trusted where that was asked.
 * Asks once; ends with the signal.
 */
export async function askCertificate(
  { at, name, days, trusted }: Check<'certificates'>,
  asking: Asking,
): Promise<Answer> {
  const where = parseHostAndPort(at);
  if (!where) return failed('nothing to connect to');
  const reached = await reach(where, asking);
  if ('wrong' in reached) return failed(reached.wrong);
  const asked = name ?? where.host;
  const ended = Promise.withResolvers<Answer>();
  const socket = connect({
    // Whom the certificate must be for; the addresses are known.
    host: asked,
    port: reached.port,
    ...(isIP(asked) ? {} : { servername: asked }),
    lookup: knownAddresses(reached.addresses),
    // Looked at afterwards: what is wrong shall be said, not only that something is.
    rejectUnauthorized: false,
    ...trusting(asking.authorities),
  });
  const leave = (): void => void socket.destroy(asking.signal.reason as Error);
  asking.signal.addEventListener('abort', leave, { once: true });
  socket.once('secureConnect', () => ended.resolve(judged(socket, { days, trusted })));
  socket.on('error', (error) => ended.resolve(failed(errorInWords(error))));
  socket.once('close', () => ended.resolve(failed('it broke the connection off')));
  return ended.promise.finally(() => {
    asking.signal.removeEventListener('abort', leave);
    socket.destroy();
  });
}

/** Options of a TLS connection that trusts these authorities too. */
export function trusting(authorities: readonly string[]): { ca?: string[] } {
  return authorities.length === 0 ? {} : { ca: [...getCACertificates('default'), ...authorities] };
}

function judged(socket: TLSSocket, { days, trusted }: { days: number; trusted: boolean }): Answer {
  const chain = chainOf(socket.getPeerCertificate(true));
  if (chain.length === 0) return failed('it shows no certificate');
  const endsMs = Math.min(...chain.map(({ valid_to: end }) => Date.parse(end)));
  const beginsMs = Math.max(...chain.map(({ valid_from: begin }) => Date.parse(begin)));
  const leftDays = Math.floor((endsMs - Date.now()) / dayMs);
  const until = `until ${new Date(endsMs).toISOString().slice(0, 10)}`;
  if (endsMs <= Date.now()) return failed(`it was valid ${until}`);
  if (beginsMs > Date.now()) return failed('it is not valid yet');
  if (trusted && !socket.authorized) return failed(mistrust(socket.authorizationError));
  const words = `it is valid ${until}, ${leftDays} days more`;
  return leftDays >= days ? passed(words) : failed(words);
}

/** A chain ends with a certificate that is its own issuer, or with the last one that was sent. */
function chainOf(first: Partial<DetailedPeerCertificate>): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: Partial<DetailedPeerCertificate> | undefined = first;
  while (next?.valid_to && !chain.includes(next as DetailedPeerCertificate)) {
    chain.push(next as DetailedPeerCertificate);
    next = next.issuerCertificate;
  }
  return chain;
}

function mistrust(error: Error | string | null): string {
  const code =
    typeof error === 'string' ? error : ((error as { code?: string } | null)?.code ?? '');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'it is for other names';
  return `it is not trusted (${/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown authority'})`;
}
