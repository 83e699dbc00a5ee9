import type { Database } from '../../db/pool.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Gateway } from '../gateway.ts';
import type { AcmeAuthorization, AcmeChallenge, AcmeClient } from './acme/acme-client.ts';
import { acmeProblem } from './acme/acme-problem.ts';
import { dnsRecord, runDnsHook } from './dns-hook.ts';
import { withHttpProof } from './http-challenge.ts';
import { certificates, type Attempt } from './tables.ts';
import { untilSettled } from './until-settled.ts';

export interface Proving {
  db: Database;
  gateway: Pick<Gateway, 'apply'>;
  client: AcmeClient;
  attempt: Attempt;
  /** Their URLs. */
  authorizations: readonly string[];
  dnsHook: string | null;
  lookAgainMs: number;
}

/**
 * The CA has seen a proof of every name when it resolves. One after the other: a name and the wildcard below
 * it use the same record, and simple hooks know one value for it. Refuses with an AcmeProblem for a proof
 * the CA did not see.
 */
export async function proveNames(proving: Proving): Promise<void> {
  for (const url of proving.authorizations) {
    const authorization = await proving.client.authorization(url);
    if (authorization.status === 'valid') continue;
    const challenge = challengeOf(authorization, proving.attempt.challenge);
    const { identifier } = authorization;
    const shown = { host: identifier.value, ...challenge };
    const work = () => judged(proving, url, challenge);
    await (challenge.type === 'dns-01'
      ? withDnsProof(proving, shown, work)
      : withHttpProof(
          proving.gateway,
          { ...shown, proof: proving.client.proof(shown.token) },
          work,
        ));
  }
}

type Shown = AcmeChallenge & { token: string };

function challengeOf(
  { identifier, challenges, status }: AcmeAuthorization,
  kind: Attempt['challenge'],
): Shown {
  const found = challenges.find(({ type }) => type === kind);
  const problem = challenges.find(({ error }) => error !== undefined)?.error;
  if (status !== 'pending') {
    throw acmeProblem(problem ?? { detail: `its proof of ${identifier.value} is ${status}` });
  }
  if (found?.token !== undefined) return { ...found, token: found.token };
  throw acmeProblem({ detail: `it offers no ${kind} for ${identifier.value}` });
}

/** The record is noted before the hook adds it, so that what a crash leaves is taken away later. */
async function withDnsProof(
  { db, attempt, client, dnsHook }: Proving,
  { host, token }: { host: string; token: string },
  work: () => Promise<void>,
): Promise<void> {
  if (dnsHook === null) throw noDnsHook(attempt.names);
  const record = dnsRecord(host, client.proof(token));
  await certificates.noteDnsRecord(db, attempt, record);
  try {
    await runDnsHook(dnsHook, 'add', record);
    await work();
  } finally {
    await runDnsHook(dnsHook, 'remove', record);
  }
  await certificates.noteDnsRecord(db, attempt, null);
}

export const noDnsHook = (names: readonly string[]): SignalboxError =>
  new SignalboxError({
    code: 'certificate/no-dns-hook',
    what: `${names.join(', ')} cannot be proven by DNS.`,
    why: 'The controllers know no program that changes DNS records, and a wildcard is proven in no other way.',
    fix: [
      'Start the controllers with --acme-dns-hook PROGRAM.',
      'Or order the names one by one without --dns.',
    ],
  });

async function judged(
  { client, lookAgainMs }: Proving,
  url: string,
  challenge: AcmeChallenge,
): Promise<void> {
  // An earlier attempt may have said so already.
  if (challenge.status === 'pending') await client.proofIsThere(challenge);
  const look = () => client.authorization(url);
  const seen = await untilSettled(look, ({ status }) => status !== 'pending', lookAgainMs);
  if (seen.status === 'valid') return;
  const problem = seen.challenges.find(({ error }) => error !== undefined)?.error;
  throw acmeProblem(
    problem ?? { detail: `its proof of ${seen.identifier.value} is ${seen.status}` },
  );
}
