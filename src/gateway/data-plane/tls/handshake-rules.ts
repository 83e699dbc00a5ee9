import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * What a client has to bring: TLS 1.2 or newer, forward secrecy and authenticated encryption (RFC 9325; all
 * of them are allowed for HTTP/2, RFC 9113 appendix A). Clients choose among them, they know their hardware.
 */
export const handshakeRules: Readonly<SecureContextOptions> = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  // A client that renegotiates makes us do the dear half of a handshake again and again.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  // Without a name of its own every process would refuse the sessions of its siblings.
  sessionIdContext: 'signalbox',
};
