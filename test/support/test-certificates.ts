import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** PEM, both; `certificate` of a leaf is the chain without its root. */
export interface TestCertificate {
  certificate: string;
  key: string;
}

/** An authority of this run of the tests; what it issues is trusted by clients that are given `certificate`. */
export interface TestAuthority {
  certificate: string;
  /** For these host names (`*.` in front for wildcards), valid from a day ago for a month unless told. */
  issue(names: readonly string[], valid?: Validity): TestCertificate;
}

export interface Validity {
  from?: Date;
  to?: Date;
}

const dayMs = 86_400_000;

/** Written out byte by byte (X.690, RFC 5280), so that tests need no openssl on the machine. */
export function testAuthority(name = 'Signalbox test authority'): TestAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = { issuer: name, signer: own.privateKey };
  const root = certificate({ ...signed, subject: name, key: own.publicKey, extensions: [isRoot] });
  return {
    certificate: root,
    issue(names, valid = {}) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const extensions = [alternativeNames(names), serverUse];
      const subject = names[0] ?? 'nobody';
      return {
        certificate: certificate({ ...signed, subject, key: publicKey, extensions, valid }),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      };
    },
  };
}

interface Contents {
  issuer: string;
  signer: KeyObject;
  subject: string;
  key: KeyObject;
  extensions: Buffer[];
  valid?: Validity;
}

function certificate({ issuer, signer, subject, key, extensions, valid = {} }: Contents): string {
  const from = valid.from ?? new Date(Date.now() - dayMs);
  const to = valid.to ?? new Date(Date.now() + 30 * dayMs);
  const contents = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(from), time(to)),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  const signature = sign('sha256', contents, signer);
  return pem(sequence(contents, ecdsaWithSha256, bits(signature)));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: Buffer[]): Buffer => element(0x30, ...parts);
const integer = (value: Buffer): Buffer => element(0x02, value);
const octets = (value: Buffer): Buffer => element(0x04, value);
const bits = (value: Buffer): Buffer => element(0x03, Buffer.of(0), value);
const identifier = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const tagged = (number: number, content: Buffer): Buffer => element(0xa0 + number, content);

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));

const commonName = (name: string): Buffer =>
  sequence(element(0x31, sequence(identifier('550403'), element(0x0c, Buffer.from(name)))));

const time = (date: Date): Buffer =>
  element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));

const extension = (hex: string, value: Buffer): Buffer => sequence(identifier(hex), octets(value));

/** basicConstraints: CA. */
const isRoot = extension('551d13', sequence(element(0x01, Buffer.of(0xff))));
/** extendedKeyUsage: serverAuth. */
const serverUse = extension('551d25', sequence(identifier('2b06010505070301')));

const alternativeNames = (names: readonly string[]): Buffer =>
  extension('551d11', sequence(...names.map((name) => element(0x82, Buffer.from(name)))));
