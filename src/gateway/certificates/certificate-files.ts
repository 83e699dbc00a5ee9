import type { CertificatePair } from '../certificate.ts';
import { type CertificateFacts, readCertificate } from '../data-plane/tls/read-certificate.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { certificateDirectory, type FileText } from './certificate-directory.ts';

/** A certificate in the directory of files. */
export interface FoundCertificate {
  /** The file it is in. */
  file: string;
  /** null: neither this one nor the one before it can serve. */
  pair: CertificatePair | null;
  facts: CertificateFacts | null;
  /** Why what is in the file now cannot serve. */
  problem: string | null;
}

export interface CertificateFiles {
  /** What is there now; cheap where nothing has changed. */
  read(): Promise<readonly FoundCertificate[]>;
}

/**
 * `NAME.crt` or `NAME.pem` with `NAME.key` beside it, or a `NAME.pem` with both. A broken one harms no other.
 * One that worked and is replaced by a broken one (somebody may just be writing it) serves on as it was
 * until it expires or its file goes.
 */
export function certificateFiles(
  directory: string,
  { now }: { now: () => Date },
): CertificateFiles {
  const files = certificateDirectory(directory);
  let found: readonly FoundCertificate[] = [];
  return {
    async read() {
      const { changed, texts } = await files.look();
      if (changed) {
        const before = new Map(found.map((each) => [each.file, each]));
        found = certificatesIn(texts).map((file) => read(file, texts, before.get(file)));
      }
      return found.map((each) => withoutExpired(each, now()));
    },
  };
}

const certificatesIn = (texts: ReadonlyMap<string, FileText>): string[] =>
  [...texts.keys()].filter((name) => !name.endsWith('.key'));

function read(
  file: string,
  texts: ReadonlyMap<string, FileText>,
  before: FoundCertificate | undefined,
): FoundCertificate {
  try {
    const pair = pairOf(file, texts);
    return { file, pair, facts: readCertificate(pair), problem: null };
  } catch (error) {
    const problem = error instanceof SignalboxError ? error.why : null;
    if (!problem) throw error;
    return { file, pair: before?.pair ?? null, facts: before?.facts ?? null, problem };
  }
}

function pairOf(file: string, texts: ReadonlyMap<string, FileText>): CertificatePair {
  const certificate = textOf(file, texts.get(file));
  const keyFile = file.replace(/\.(crt|pem)$/, '.key');
  const beside = texts.get(keyFile);
  if (beside !== undefined) return { certificate, key: textOf(keyFile, beside) };
  const [key] = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(
    certificate,
  ) ?? [''];
  if (key === '') throw unusable(file, `There is neither a key in it nor ${keyFile} beside it.`);
  return { certificate: certificate.replace(key, '').trim(), key };
}

function textOf(file: string, given: FileText | undefined): string {
  if (given !== undefined && 'text' in given) return given.text;
  throw unusable(file, `${file}: ${given?.problem ?? 'it is gone'}.`);
}

const unusable = (file: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'gateway/bad-certificate',
    what: `${file} is not used.`,
    why,
    fix: ['Put the certificate and its key there in PEM form.'],
  });

function withoutExpired(found: FoundCertificate, now: Date): FoundCertificate {
  if (found.facts === null || found.facts.expiresAt > now) return found;
  const expired = `It expired at ${found.facts.expiresAt.toISOString()}.`;
  return { ...found, pair: null, problem: found.problem ?? expired };
}
