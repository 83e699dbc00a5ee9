import type { Clock } from '../../../kernel/clock.ts';
import { type Mask, whoisQuestions } from './whois-questions.ts';

/**
 * Which account a nick is logged in to, as the server says: told by it, or asked for with WHOIS (330). An answer counts
 * for a message only while whoever said it was in sight from the message to the answer; after that somebody else may
 * have the nick. What is known is forgotten with the nick, and after a while where log-outs are not told.
 */
export interface Identities {
  /** Of whoever said something just now, who is in one of our rooms; null: nobody, or nobody knows. */
  accountOf(speaker: Mask): Promise<string | null>;
  /** Of whoever has this nick when the server answers. */
  accountNow(nick: string): Promise<string | null>;
  /** The server tells it by itself, of somebody in one of our rooms. */
  told(nick: string, account: string | null): void;
  /** Whoever had the nick has it no longer, or is out of our sight. */
  forget(nick: string): void;
  /** A line of a WHOIS answer, without our own nick. */
  answered(numeric: string, params: readonly string[]): void;
  /** Who was known to be logged in to it. */
  nicksOf(account: string): string[];
  knows(nick: string): boolean;
  /** Nobody answers any more. */
  close(): void;
}

export interface IdentityWays {
  /** Sends a WHOIS; resolves when it is written. */
  ask(nick: string): Promise<void>;
  fold(nick: string): string;
  clock: Clock;
  /** Infinity where the server tells of log-ins and log-outs (account-notify). */
  believeForMs(): number;
  answerWithinMs: number;
}

interface Known {
  /** null: whoever has the nick. */
  mask: string | null;
  account: string | null;
  until: number;
}

/** Who is not logged in may do so any moment, and should not have to wait until this is forgotten. */
const nobodyForMs = 2_000;

export function identities({
  ask,
  fold,
  clock,
  believeForMs,
  answerWithinMs,
}: IdentityWays): Identities {
  const known = new Map<string, Known>();
  const maskOf = ({ nick, ident, hostname }: Mask): string => `${fold(nick)}!${ident}@${hostname}`;
  const nowMs = (): number => clock.now().getTime();

  function know(nick: string, mask: string | null, account: string | null): void {
    const forMs = account === null ? Math.min(nobodyForMs, believeForMs()) : believeForMs();
    known.set(nick, { mask, account, until: nowMs() + forMs });
  }
  const questions = whoisQuestions({
    send: ask,
    settled: (nick, mask, account) => void (mask !== null && know(nick, mask, account)),
    answerWithinMs,
  });

  return {
    async accountOf(speaker) {
      const [nick, mask] = [fold(speaker.nick), maskOf(speaker)];
      const entry = known.get(nick);
      const isValid = entry && nowMs() < entry.until && (entry.mask ?? mask) === mask;
      return isValid ? entry.account : questions.ask(nick, mask);
    },
    accountNow: (nick) => questions.ask(fold(nick), null),
    told: (nick, account) => know(fold(nick), null, account && accountName(account)),
    forget(nick) {
      known.delete(fold(nick));
      questions.giveUp(fold(nick));
    },
    answered(numeric, [about = '', ident = '', hostname = '']) {
      const nick = fold(about);
      if (numeric === '311') questions.is(nick, maskOf({ nick, ident, hostname }));
      // The account stands where 311 has the user.
      if (numeric === '330' && ident !== '') questions.hasAccount(nick, accountName(ident));
      if (numeric === '318') questions.end(nick);
    },
    nicksOf: (account) =>
      [...known].filter(([, one]) => one.account === accountName(account)).map(([nick]) => nick),
    knows: (nick) => known.has(fold(nick)),
    close() {
      known.clear();
      questions.close();
    },
  };
}

/** Services know no two accounts that differ in case only. */
export const accountName = (account: string): string => account.toLowerCase();
