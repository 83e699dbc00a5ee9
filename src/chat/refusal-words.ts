import type { SignalboxError } from '../kernel/signalbox-error.ts';

const spoken: readonly [pattern: RegExp, words: string][] = [
  [/signalbox train (good|unhold|depart|next) \S+/g, '!$1'],
  [/signalbox train (bad|force|cancel) \S+ --reason "[^"]*"/g, '!$1 REASON'],
  [/signalbox train hold \S+ --for (\S+) --reason "[^"]*"/g, '!hold $1 REASON'],
  [/signalbox train (eject|revert|delegate) \S+ (\S+)/g, '!$1 $2'],
  [/signalbox train list \S+/g, '!train'],
  [/signalbox train [a-z][a-z0-9-]*(?![a-z0-9-]| [a-z])/g, '!train'],
  [/signalbox rollback [a-z0-9-]+\/(\S+)/g, '!rollback $1'],
  [/signalbox nodes \S+/g, '!who'],
  [/signalbox unfreeze \S+/g, '!unfreeze'],
  [/signalbox freeze \S+ --until (\S+|"[^"]*") --reason "[^"]*"/g, '!freeze $1 REASON'],
];

/** What is refused, why, and the first thing that helps: in words of chat where there are some. */
export function refusalWords({ what, why, fix }: SignalboxError): string[] {
  const [first] = fix;
  return [
    [what, why].filter(Boolean).join(' '),
    ...(first === undefined ? [] : [`→ ${inChatWords(first)}`]),
  ];
}

export const inChatWords = (step: string): string =>
  spoken.reduce((text, [pattern, words]) => text.replaceAll(pattern, words), step);
