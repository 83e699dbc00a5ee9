import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import {
  alternativeNames,
  bits,
  ecdsaWithSha256,
  element,
  integer,
  objectId,
  octets,
  sequence,
  setOf,
} from '../../src/gateway/certificates/acme/der.ts';

export interface RequestedCertificate {
  names: string[];
  key: KeyObject;
}

export interface Issuer {
  /** PEM; who trusts it trusts what is issued. */
  root: string;
  /** PEM. */
  issue(to: RequestedCertificate, valid: { from: Date; to: Date }): string;
}

/** Signs what it is given with a key of this run. */
export function testIssuer(name = 'Signalbox ACME stand-in'): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = (of: Omit<Contents, 'issuer' | 'signer'>): string =>
    signed({ ...of, issuer: commonName(name), signer: privateKey });
  const year = { from: new Date(Date.now() - 86_400_000), to: new Date('2049-01-01T00:00:00Z') };
  const isAuthority = sequence(
    objectId('551d13'),
    octets(sequence(element(0x01, Buffer.of(0xff)))),
  );
  const subject = commonName(name);
  return {
    root: certificate({ subject, key: publicKey, valid: year, extension: isAuthority }),
    issue: ({ names, key }, valid) =>
      certificate({ subject: sequence(), key, valid, extension: alternativeNames(names) }),
  };
}

interface Contents {
  issuer: Buffer;
  signer: KeyObject;
  subject: Buffer;
  key: KeyObject;
  valid: { from: Date; to: Date };
  extension: Buffer;
}

function signed({ issuer, signer, subject, key, valid, extension }: Contents): string {
  const contents = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    issuer,
    sequence(time(valid.from), time(valid.to)),
    subject,
    key.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(extension)),
  );
  const der = sequence(contents, ecdsaWithSha256, bits(sign('sha256', contents, signer)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const commonName = (name: string): Buffer =>
  sequence(setOf(sequence(objectId('550403'), element(0x0c, Buffer.from(name)))));

const time = (date: Date): Buffer =>
  element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));

/** The names and key of a PKCS #10 request in DER; throws when its own key has not signed it. */
export function readRequest(der: Buffer): RequestedCertificate {
  const [contents, , signature] = children(one(der).content);
  const [, , spki, attributes] = children(contents?.content);
  if (!contents || !signature || !spki) throw new Error('not a certificate request');
  const key = createPublicKey({ key: spki.whole, format: 'der', type: 'spki' });
  if (!verify('sha256', contents.whole, key, signature.content.subarray(1))) {
    throw new Error('the request is signed by another key');
  }
  const [, values] = children(children(attributes?.content)[0]?.content);
  const extensions = children(children(values?.content)[0]?.content).map((each) =>
    children(each.content),
  );
  const san = extensions.find(([id]) => id?.content.toString('hex') === '551d11');
  const names = children(one(san?.at(-1)?.content ?? Buffer.alloc(2)).content)
    .filter(({ tag }) => tag === 0x82)
    .map(({ content }) => content.toString('ascii'));
  return { names, key };
}

interface Element {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

function one(der: Buffer): Element {
  const short = der.readUInt8(1);
  const more = short & 0x80 ? short & 0x7f : 0;
  const length = more === 0 ? short : der.readUIntBE(2, more);
  const start = 2 + more;
  const end = start + length;
  if (end > der.length) throw new Error('DER breaks off');
  return {
    tag: der.readUInt8(0),
    content: der.subarray(start, end),
    whole: der.subarray(0, end),
  };
}

function children(der: Buffer = Buffer.alloc(0)): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; at += found.at(-1)?.whole.length ?? der.length) {
    found.push(one(der.subarray(at)));
  }
  return found;
}
