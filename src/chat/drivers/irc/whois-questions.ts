export interface Mask {
  nick: string;
  ident: string;
  hostname: string;
}

/** WHOIS commands on their way. Nicks and masks are folded by the caller. */
export interface WhoisQuestions {
  /**
   * Which account a nick has; null: none, nobody knows, or it is not who was meant. `mask`: who is meant, null: whoever
   * it is. The same question twice is asked once.
   */
  ask(nick: string, mask: string | null): Promise<string | null>;
  /** What was asked about this nick was about somebody who is not there any more. */
  giveUp(nick: string): void;
  is(nick: string, mask: string): void;
  hasAccount(nick: string, account: string): void;
  /** The answer is complete. */
  end(nick: string): void;
  close(): void;
}

export interface QuestionWays {
  /** Sends a WHOIS; resolves when it is written. */
  send(nick: string): Promise<void>;
  /** Within the same line of the server, so that no other line comes between. */
  settled(nick: string, mask: string | null, account: string | null): void;
  answerWithinMs: number;
}

interface Question {
  mask: string | null;
  answer: Promise<string | null>;
  resolve(account: string | null): void;
  /** Its answer proves nothing; it is waited for nevertheless, because answers come in the order of the questions. */
  stale: boolean;
  found: { mask: string | null; account: string | null };
}

/** More unanswered questions about one nick than this are not asked. */
const mostQuestions = 4;

export function whoisQuestions(ways: QuestionWays): WhoisQuestions {
  const questions = new Map<string, Question[]>();
  const first = (nick: string): Question | undefined => questions.get(nick)?.[0];
  return {
    ask(nick, mask) {
      const asked = questions.get(nick) ?? [];
      const same = asked.find((one) => !one.stale && one.mask === mask);
      if (same) return same.answer;
      if (asked.length >= mostQuestions) return Promise.resolve(null);
      const question = begin(mask);
      questions.set(nick, [...asked, question]);
      void waitFor(question, ways.send(nick), ways.answerWithinMs);
      return question.answer;
    },
    giveUp(nick) {
      for (const question of questions.get(nick) ?? []) abandon(question);
    },
    is(nick, mask) {
      const question = first(nick);
      if (question) question.found.mask = mask;
    },
    hasAccount(nick, account) {
      const question = first(nick);
      if (question) question.found.account = account;
    },
    end(nick) {
      const [question, ...others] = questions.get(nick) ?? [];
      if (!question) return;
      if (others.length > 0) questions.set(nick, others);
      else questions.delete(nick);
      if (question.stale) return;
      const { mask, found } = question;
      const account = mask === null || mask === found.mask ? found.account : null;
      ways.settled(nick, mask, account);
      question.resolve(account);
    },
    close() {
      for (const asked of questions.values()) for (const question of asked) abandon(question);
      questions.clear();
    },
  };
}

function begin(mask: string | null): Question {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  return { mask, answer: promise, resolve, stale: false, found: { mask: null, account: null } };
}

async function waitFor(question: Question, sent: Promise<void>, withinMs: number): Promise<void> {
  await sent.catch(() => abandon(question));
  const timer = setTimeout(() => abandon(question), withinMs);
  await question.answer;
  clearTimeout(timer);
}

function abandon(question: Question): void {
  question.stale = true;
  question.resolve(null);
}
