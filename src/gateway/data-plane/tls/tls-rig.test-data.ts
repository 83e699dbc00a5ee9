import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TestContext } from 'node:test';
import { testAuthority } from '../../../../test/support/test-certificates.ts';
import { certificateShelf, type CertificateShelf } from './certificate-shelf.ts';
import { serveTls, type TlsParts, type TlsServing } from './serve-tls.ts';
import { trustedPeers } from './trusted-peers.ts';

export const authority = testAuthority();

export interface TlsRig {
  port: number;
  shelf: CertificateShelf;
  serving: TlsServing;
  /** A handshake for a host of ours. */
  connect(options?: ConnectionOptions): Promise<TLSSocket>;
  http2(): ClientHttp2Session;
}

/** Serves app.test through the door until the test ends. */
export async function tlsRig(
  test: TestContext,
  parts: Pick<TlsParts, 'door'> & Partial<TlsParts>,
): Promise<TlsRig> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const shelf =
    parts.shelf ??
    certificateShelf([authority.issue(['app.test'])], { ticketKeys: randomBytes(48) });
  const serving = serveTls({ listener: server, shelf, trust: trustedPeers([]), ...parts });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => serving.close());
  const { port } = server.address() as AddressInfo;
  const trusting = { host: '127.0.0.1', port, servername: 'app.test', ca: authority.certificate };
  return {
    port,
    shelf,
    serving,
    async connect(options = {}) {
      const socket = connect({ ...trusting, ...options });
      test.after(() => socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    },
    http2() {
      const session = connectHttp2('https://app.test', {
        createConnection: () => connect({ ...trusting, ALPNProtocols: ['h2'] }),
      });
      session.on('error', () => {});
      test.after(() => session.destroy());
      return session;
    },
  };
}
