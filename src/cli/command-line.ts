/** What `/bin/sh -c` is given: one word as it is, several quoted so that they stay the words they were. */
export function commandLine(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
