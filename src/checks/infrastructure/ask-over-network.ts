import type { Answer } from './answer.ts';
import { failed } from './answer.ts';
import { askAddress } from './ask-address.ts';
import { askCertificate } from './ask-certificate.ts';
import type { Asking } from './asking.ts';
import { askPort } from './ask-port.ts';
import { askUrl } from './ask-url.ts';
import type { Question } from './question.ts';
import { errorInWords } from './reach.ts';

/** What the controller asks itself, from where it runs. */
export type Remote = Extract<
  Question,
  { section: 'ports' | 'addresses' | 'certificates' | 'urls' }
>;

/** One try, over after the check's time limit at the latest. Rejects for nothing that a network can do. */
export async function askOverNetwork(question: Remote, asking: Asking): Promise<Answer> {
  const patience = AbortSignal.timeout(question.check.timeout);
  const signal = AbortSignal.any([asking.signal, patience]);
  try {
    return await ask(question, { ...asking, signal });
  } catch (error) {
    if (patience.aborted) return failed(errorInWords(patience.reason));
    if (!isOfNetwork(error)) throw error;
    return failed(errorInWords(error));
  }
}

function ask(question: Remote, asking: Asking): Promise<Answer> {
  switch (question.section) {
    case 'ports':
      return askPort(question.check, asking);
    case 'addresses':
      return askAddress(question.check, asking);
    case 'certificates':
      return askCertificate(question.check, asking);
    case 'urls':
      return askUrl(question, asking);
  }
}

/** Errors of the system have a code; ours have none and must be seen. */
const isOfNetwork = (error: unknown): boolean =>
  typeof (error as { code?: unknown } | null)?.code === 'string';
