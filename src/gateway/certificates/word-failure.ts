import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { AcmeProblem, AcmeSilence } from './acme/acme-problem.ts';
import { DnsHookFailed } from './dns-hook.ts';
import type { Attempt } from './tables.ts';

export interface WordedFailure {
  /** What went wrong, in sentences. */
  text: string;
  /** What ends it. */
  fix: string;
}

/** A failed attempt for whoever reads `signalbox certificate list`. */
export function wordFailure(of: {
  attempt: Pick<Attempt, 'names' | 'challenge'>;
  settings: AcmeSettings;
  error: unknown;
}): WordedFailure {
  const { attempt, settings, error } = of;
  if (error instanceof AcmeProblem) return wordProblem(error, attempt);
  if (error instanceof AcmeSilence) {
    const fix = `Check that the controllers reach ${settings.directoryUrl}; it is tried again by itself.`;
    return { text: error.message, fix };
  }
  if (error instanceof DnsHookFailed) {
    return { text: error.message, fix: `Mend ${settings.dnsHook}, then: ${again(attempt)}` };
  }
  if (error instanceof SignalboxError) {
    return { text: [error.what, error.why].filter(Boolean).join(' '), fix: error.fix[0] ?? '' };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { text, fix: `It is tried again by itself; sooner with: ${again(attempt)}` };
}

function wordProblem(
  { kind, message }: AcmeProblem,
  attempt: Pick<Attempt, 'names' | 'challenge'>,
): WordedFailure {
  const text = `The CA says: ${message}`;
  if (kind === 'rateLimited') {
    return { text, fix: 'Nothing is to be done: it is tried again when the CA allows it.' };
  }
  if (proofKinds.has(kind)) {
    return { text, fix: `${proofFix[attempt.challenge]} Then: ${again(attempt)}` };
  }
  if (kind === 'caa') {
    return {
      text,
      fix: `Let the CAA records of the domain allow this CA, then: ${again(attempt)}`,
    };
  }
  if (kind === 'rejectedIdentifier') {
    return { text, fix: `Order other names: signalbox certificate remove ${attempt.names[0]}` };
  }
  if (kind === 'userActionRequired' || kind === 'externalAccountRequired') {
    return {
      text,
      fix: 'The CA wants something of a person first: do what it says, or take another CA.',
    };
  }
  return { text, fix: `It is tried again by itself; sooner with: ${again(attempt)}` };
}

const again = ({ names, challenge }: Pick<Attempt, 'names' | 'challenge'>): string =>
  `signalbox certificate order ${names.map((name) => (name.startsWith('*') ? `'${name}'` : name)).join(' ')}${challenge === 'dns-01' ? ' --dns' : ''}`;

/** RFC 8555, 6.7: the kinds that mean the proof was not seen. */
const proofKinds = new Set(['connection', 'dns', 'incorrectResponse', 'tls', 'unauthorized']);

const proofFix = {
  'http-01': 'Let the DNS records (A, AAAA) of each name and port 80 lead to this gateway.',
  'dns-01': 'Check that the DNS hook adds the record where all the world sees it before it ends.',
} as const;
