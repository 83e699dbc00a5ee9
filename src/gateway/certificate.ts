/** What a server needs to prove its names. */
export interface CertificatePair {
  /** PEM: its own certificate first, then those that vouch for it. */
  certificate: string;
  /** PEM, without a passphrase. */
  key: string;
}
