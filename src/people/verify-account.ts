import { inTransaction, type Database, type Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Clock } from '../kernel/clock.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { hashCode } from './account-code.ts';
import { accountCodes, accountTries, noteInAudit, personAccounts } from './account-tables.ts';
import { people, type ChatAccount, type Person } from './person.ts';

const windowMs = 10 * 60_000;
const wrongAtMost = 5;

interface Claim extends ChatAccount {
  code: string;
}

type Outcome = { kind: 'verified'; person: Person } | { kind: 'wrong' } | { kind: 'too many' };

/**
 * The account is this person's, and no longer anybody else's: it has said a code that was shown to them. A code counts
 * once, also when two say it at once. Refuses with `person/wrong-code`, and with `person/too-many-codes` after five
 * wrong ones of an account in ten minutes; both are remembered, so call it outside of a transaction.
 */
export async function verifyAccount(
  { db, clock }: { db: Database; clock: Clock },
  claim: Claim,
): Promise<Person> {
  const outcome = await inTransaction(db, (tx) => judge(tx, claim, clock.now()));
  switch (outcome.kind) {
    case 'verified':
      return outcome.person;
    case 'wrong':
      throw wrongCode(claim);
    case 'too many':
      throw tooManyCodes(claim);
  }
}

/** The code opens nothing any more: others have read it. Repeatable. */
export async function voidCode(
  { db, clock }: { db: Queryable; clock: Clock },
  code: string,
): Promise<void> {
  await accountCodes.use(db, hashCode(code), clock.now());
}

async function judge(tx: Queryable, claim: Claim, now: Date): Promise<Outcome> {
  const since = new Date(now.getTime() - windowMs);
  await accountTries.take(tx, claim);
  if ((await accountTries.wrongSince(tx, claim, since)) >= wrongAtMost) return { kind: 'too many' };
  const id = await useCode(tx, claim.code, now);
  if (id === null) {
    await accountTries.addWrong(tx, claim, { at: now, since });
    return { kind: 'wrong' };
  }
  return { kind: 'verified', person: await give(tx, { id, claim, now }) };
}

/** Whose code it was; null: it opens nothing. The person first, as whoever removes them has it. */
async function useCode(tx: Queryable, code: string, now: Date): Promise<string | null> {
  const hash = hashCode(code);
  const owner = await accountCodes.ownerOf(tx, hash);
  if (!owner || !(await people.stay(tx, owner.person))) return null;
  return (await accountCodes.use(tx, hash, now)) ? owner.person : null;
}

async function give(
  tx: Queryable,
  { id, claim, now }: { id: string; claim: Claim; now: Date },
): Promise<Person> {
  const { network, account } = claim;
  const before = await people.byAccount(tx, network, account);
  await personAccounts.put(tx, id, { network, account, at: now });
  const person = await people.byAccount(tx, network, account);
  if (!person) throw new Error(`Nobody has ${account} on ${network}.`);
  const details = { network, account, before: before?.name ?? null };
  const { name } = person;
  await noteInAudit(tx, {
    actor: name,
    action: 'verifyAccount',
    subject: name,
    details: { ...details, outcome: 'done' },
    at: now,
  });
  await publish(tx, {
    kind: 'account-verified',
    text: `${account} on ${network} is ${name}.`,
    data: { person: name, ...details },
  });
  return person;
}

const wrongCode = ({ network, account }: ChatAccount): SignalboxError =>
  new SignalboxError({
    code: 'person/wrong-code',
    what: `This code does not say who ${account} on ${network} is.`,
    why: 'It is not one that was shown, was used before, or is older than ten minutes.',
    fix: ['Get a new one: signalbox person link'],
  });

const tooManyCodes = ({ network, account }: ChatAccount): SignalboxError =>
  new SignalboxError({
    code: 'person/too-many-codes',
    what: `${account} on ${network} has said too many wrong codes.`,
    fix: ['Wait ten minutes.', 'Then get a new one: signalbox person link'],
  });
