import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** It may work later, or the address is not GitHub's. */
export const unreachable = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unreachable',
    what: 'GitHub cannot be used now.',
    why,
    fix: [
      'Signalbox goes on without it and tries again by itself.',
      'If this lasts: compare the API address with GitHub’s, and look at its status page.',
    ],
  });

/** GitHub understood and will not; asking again is no use until somebody changes something there. */
export const refused = (why: string, fix: string): SignalboxError =>
  new SignalboxError({ code: 'host/refused', what: 'GitHub refused a request.', why, fix: [fix] });

/** It is not there, or the key does not show it to us: GitHub answers the same. */
export const unknownRepository = (repository: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unknown-repository',
    what: `GitHub shows us no repository ${quoted(repository)}.`,
    why,
    fix: [
      'Compare the name: OWNER/NAME, as in its address.',
      'Give the token access to the repository, or install the app on it.',
    ],
  });

export const unusableUrl = (): SignalboxError =>
  new SignalboxError({
    code: 'host/unusable-url',
    what: 'The address of GitHub’s API cannot be used.',
    why: 'It is no http or https URL, or it has a user or password in it.',
    fix: [
      'For GitHub Enterprise give it like this, and the key apart from it: --url https://HOST/api/v3',
    ],
  });

/** A stranger's words inside ours: one line without control characters, cut. */
export function quoted(words: string): string {
  const line = words.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
