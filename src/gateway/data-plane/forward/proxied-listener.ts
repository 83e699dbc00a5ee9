import type { Peer, StreamListener } from './byte-stream.ts';
import type { FrontDoor } from './front-door.ts';
import { HeldBytes } from './held-bytes.ts';
import type { TcpStream } from './tcp-stream.ts';

/** The beginning of every connection from a proxy that tells whom it speaks for. */
export interface ProxyHead {
  /** See tls/proxy-protocol.ts; `source` null: the proxy speaks for itself. */
  read(
    bytes: Buffer,
    from: number,
    to: number,
  ): { end: number; source: string | null } | 'more' | 'bad';
  /** Others may not say who they are: their connections are closed. */
  mayBelieve(address: string): boolean;
}

const headMs = 5_000;

/** Reads a PROXY head, then lets the client it names in at the door. */
export function proxiedListener(
  door: FrontDoor,
  stream: TcpStream,
  { peer, proxyHead }: { peer: Peer; proxyHead: ProxyHead },
): StreamListener {
  const held = new HeldBytes();
  let client: StreamListener | null = null;
  const patience = setTimeout(() => stream.destroy(), headMs);

  function received(bytes: Buffer, from: number, to: number): void {
    if (client !== null) return client.received(bytes, from, to);
    held.add(bytes, from, to);
    const head = proxyHead.read(held.bytes, held.from, held.to);
    if (head === 'more') return;
    clearTimeout(patience);
    if (head === 'bad') return stream.destroy();
    client = door.accept(stream, { ...peer, address: head.source ?? peer.address });
    if (head.end < held.to) client.received(held.bytes, head.end, held.to);
    held.clear();
  }

  return {
    received,
    ended: () => (client === null ? stream.destroy() : client.ended()),
    drained: () => client?.drained(),
    closed() {
      clearTimeout(patience);
      client?.closed();
    },
  };
}
