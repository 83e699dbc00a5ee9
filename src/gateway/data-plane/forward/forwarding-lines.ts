import type { RequestHead } from '../http1/request-head.ts';
import type { Peer } from './byte-stream.ts';

/**
 * The header lines that tell an instance who asks: X-Forwarded-For, -Proto and -Host, and the same as RFC 7239
 * puts it. Only a trusted peer's own lines are believed and continued. The function remembers its last
 * answer: a connection mostly asks for one host.
 */
export function forwardingLines(peer: Peer): (head: RequestHead) => string {
  const scheme = peer.secure ? 'https' : 'http';
  const node = forwardedNode(peer.address);
  let authority = '';
  let lines = '';
  return (head) => {
    if (peer.isTrusted) return continued(head, peer, { scheme, node });
    if (lines === '' || head.authority !== authority) {
      authority = head.authority;
      lines = linesOf(authority, {
        address: peer.address,
        scheme,
        forwarded: element(node, scheme, authority),
      });
    }
    return lines;
  };
}

/** The client's own connection is encrypted, as far as anybody knows who may be believed. */
export function isSecure(head: RequestHead, peer: Peer): boolean {
  if (!peer.isTrusted || head.forwardedProto === '') return peer.secure;
  return trustedScheme(head.forwardedProto, '') === 'https';
}

function continued(head: RequestHead, peer: Peer, own: { scheme: string; node: string }): string {
  const scheme = trustedScheme(head.forwardedProto, own.scheme);
  const here = element(own.node, own.scheme, head.authority);
  return linesOf(head.authority, {
    address: head.forwardedFor === '' ? peer.address : `${head.forwardedFor}, ${peer.address}`,
    scheme,
    forwarded: head.forwarded === '' ? here : `${head.forwarded}, ${here}`,
  });
}

/** The last one is what the nearest proxy saw. */
function trustedScheme(forwardedProto: string, otherwise: string): string {
  const last = forwardedProto
    .slice(forwardedProto.lastIndexOf(',') + 1)
    .trim()
    .toLowerCase();
  return last === 'http' || last === 'https' ? last : otherwise;
}

function linesOf(
  authority: string,
  { address, scheme, forwarded }: { address: string; scheme: string; forwarded: string },
): string {
  return (
    `X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: ${scheme}\r\n` +
    `X-Forwarded-Host: ${authority}\r\nForwarded: ${forwarded}\r\n`
  );
}

/** RFC 7239 section 4: what is no token stands in quotes; a host has no quotes and no backslash in it. */
function element(node: string, scheme: string, authority: string): string {
  const host = /[:[]/.test(authority) ? `"${authority}"` : authority;
  return host === '' ? `for=${node};proto=${scheme}` : `for=${node};host=${host};proto=${scheme}`;
}

function forwardedNode(address: string): string {
  if (address.includes(':')) return `"[${address}]"`;
  return /^[\d.]+$/.test(address) ? address : 'unknown';
}
