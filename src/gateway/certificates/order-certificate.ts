import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { Database } from '../../db/pool.ts';
import type { Clock } from '../../kernel/clock.ts';
import { seal, unseal } from '../../kernel/sealed.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { CertificatePair } from '../certificate.ts';
import { type CertificateFacts, readCertificate } from '../data-plane/tls/read-certificate.ts';
import type { Gateway } from '../gateway.ts';
import { type AcmeClient, acmeClient, type AcmeOrder } from './acme/acme-client.ts';
import { acmeProblem } from './acme/acme-problem.ts';
import { certificateRequest } from './acme/certificate-request.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { runDnsHook } from './dns-hook.ts';
import { proveNames } from './prove-names.ts';
import { certificateKeyPurpose } from './served-pairs.ts';
import { acme, certificates, type Attempt } from './tables.ts';
import { untilSettled } from './until-settled.ts';

export interface OrderingWorld {
  db: Database;
  /** 32 bytes that seal keys. */
  key: Buffer;
  gateway: Pick<Gateway, 'apply' | 'routes'>;
  clock: Clock;
  /** Between two looks at what the CA is doing, unless it asks for more. */
  lookAgainMs: number;
}

/**
 * The certificate is issued and stored when it resolves. An order that an earlier attempt left is gone on
 * with, so an end at any instant costs at most one order. Refuses with what went wrong: AcmeProblem,
 * AcmeSilence, DnsHookFailed or Overtaken.
 */
export async function orderCertificate(
  world: OrderingWorld,
  settings: AcmeSettings,
  attempt: Attempt,
): Promise<void> {
  const { db } = world;
  if (attempt.dnsRecord && settings.dnsHook !== null) {
    await runDnsHook(settings.dnsHook, 'remove', attempt.dnsRecord);
    await certificates.noteDnsRecord(db, attempt, null);
  }
  const client = await openAccount(world, settings);
  const order =
    (await leftOrder(world, client, attempt)) ?? (await newOrder(world, client, attempt));
  if (order.status === 'pending') {
    const { authorizations } = order;
    await proveNames({ ...world, client, attempt, authorizations, dnsHook: settings.dnsHook });
  }
  const chain = await finished(world, client, { ...order, names: attempt.names });
  await store(world, attempt, { chain, key: order.key });
}

/** A CA whose certificates are old when they come is not asked again and again. */
const leastPauseMs = 3_600_000;

type Order = AcmeOrder & { url: string; /** PEM, of the certificate to be. */ key: string };

const accountPurpose = (directoryUrl: string): string => `acme account ${directoryUrl}`;

/** Its key is stored before the CA hears of it, so no account is lost. */
async function openAccount(
  { db, key }: OrderingWorld,
  { directoryUrl, email }: AcmeSettings,
): Promise<AcmeClient> {
  const purpose = accountPurpose(directoryUrl);
  const sealed = await acme.accountKey(db, directoryUrl, () => seal(key, purpose, newKey()));
  const account = createPrivateKey(unseal(key, purpose, sealed));
  return acmeClient({ directoryUrl, email, key: account });
}

/** The order of an earlier attempt; null: there is none, or nothing can come of it any more. */
async function leftOrder(
  { db, key }: OrderingWorld,
  client: AcmeClient,
  attempt: Attempt,
): Promise<Order | null> {
  const { id, orderUrl: url, orderKey } = attempt;
  if (url === null || orderKey === null) return null;
  const order = await client.order(url).catch((error: unknown) => {
    // Orders expire, and are then not known any more; of a silent CA nothing can be told.
    if (error instanceof Error && error.name === 'AcmeProblem' && isForgotten(error)) return null;
    throw error;
  });
  if (order !== null && order.status !== 'invalid') {
    return { ...order, url, key: unseal(key, certificateKeyPurpose(id), orderKey) };
  }
  await certificates.noteOrder(db, attempt, null);
  return null;
}

const isForgotten = (error: Error): boolean =>
  'status' in error &&
  typeof error.status === 'number' &&
  [400, 403, 404, 410].includes(error.status);

async function newOrder(
  { db, key }: OrderingWorld,
  client: AcmeClient,
  attempt: Attempt,
): Promise<Order> {
  const order = await client.newOrder(attempt.names);
  const own = newKey();
  const sealed = seal(key, certificateKeyPurpose(attempt.id), own);
  await certificates.noteOrder(db, attempt, { url: order.url, key: sealed });
  return { ...order, key: own };
}

/** The chain of an order whose names are proven, wherever it stands. */
async function finished(
  { lookAgainMs }: OrderingWorld,
  client: AcmeClient,
  { url, key, names }: Order & { names: readonly string[] },
): Promise<string> {
  const look = () => client.order(url);
  const proven = await untilSettled(look, ({ status }) => status !== 'pending', lookAgainMs);
  if (proven.status === 'ready') {
    await client.finalize(proven.finalize, certificateRequest(names, key));
  }
  const isDone = ({ status }: AcmeOrder): boolean => status === 'valid' || status === 'invalid';
  const done = await untilSettled(look, isDone, lookAgainMs);
  if (done.status === 'valid' && done.certificate !== undefined)
    return client.chain(done.certificate);
  throw acmeProblem(done.error ?? { detail: 'the order is invalid, and it does not say why' });
}

/** What is not for these names or does not fit the key is refused, whoever signed it. */
async function store(
  { db, clock }: OrderingWorld,
  attempt: Attempt,
  { chain, key }: { chain: string; key: string },
): Promise<void> {
  const { names, validFrom, expiresAt, issuer } = readIssued({ certificate: chain, key });
  const missing = attempt.names.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw acmeProblem({ detail: `what it issued does not prove ${missing.join(', ')}` });
  }
  const soonest = clock.now().getTime() + leastPauseMs;
  const nextAttemptAt = new Date(Math.max(renewAt({ validFrom, expiresAt }), soonest));
  await certificates.issue(db, attempt, {
    chain,
    issuer,
    issuedAt: validFrom,
    expiresAt,
    nextAttemptAt,
  });
}

function readIssued(pair: CertificatePair): CertificateFacts {
  try {
    return readCertificate(pair);
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    throw acmeProblem({ detail: `what it issued is of no use: ${error.why}` });
  }
}

/** After two thirds of its time, give or take a hundredth, so that not all come at once. */
function renewAt({ validFrom, expiresAt }: { validFrom: Date; expiresAt: Date }): number {
  const lifetimeMs = expiresAt.getTime() - validFrom.getTime();
  const share = 2 / 3 + (Math.random() - 0.5) / 50;
  return validFrom.getTime() + lifetimeMs * share;
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}
