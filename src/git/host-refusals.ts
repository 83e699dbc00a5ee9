import { SignalboxError } from '../kernel/signalbox-error.ts';

/** Of whom a refusal speaks. */
export interface HostNamed {
  /** For example `GitLab at https://code.example`. */
  name: string;
  /** As people write it: `group/shop`. */
  repository: string;
  /** What the token must be allowed, in words. */
  tokenNeeds: string;
  token: string;
}

export const hostUnreachable = (host: HostNamed, why: string, fix?: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unreachable',
    what: `${host.name} could not be asked about ${host.repository}.`,
    why: shownWords(why, host),
    fix: [
      fix ?? 'Signalbox asks again by itself; nothing waits for it.',
      'signalbox host check APP',
    ],
  });

export const hostRefused = (host: HostNamed, why: string, fix?: string): SignalboxError =>
  new SignalboxError({
    code: 'host/refused',
    what: `${host.name} refused what Signalbox asked about ${host.repository}.`,
    why: shownWords(why, host),
    fix: [
      fix ?? `Give Signalbox a token that may do it: ${host.tokenNeeds}.`,
      'signalbox host check APP',
    ],
  });

export const unknownRepository = (host: HostNamed, why: string): SignalboxError =>
  new SignalboxError({
    code: 'host/unknown-repository',
    what: `${host.name} has no repository ${shownWords(host.repository, host)} that the token can see.`,
    why: shownWords(why, host),
    fix: [
      'Look at the spelling, and whether it was renamed or moved.',
      `Give Signalbox a token that sees it: ${host.tokenNeeds}.`,
    ],
  });

/** What somebody else's program said, fit to be shown: short, on one line, without the token. */
export function shownWords(text: string, { token }: { token: string }): string {
  // Hidden before it is cut: half a token is one too much.
  const hidden = token.length > 2 ? text.replaceAll(token, '…') : text;
  const plain = hidden
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .trim();
  return cutText(plain, 300);
}

/** At most so many UTF-16 units, with an ellipsis in place of the rest and no half of a character. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
