/** Of what goes between a command and its text: one name of a room or nick and nothing more, else a plain Error. */
export function target(name: string): string {
  if (/^[^\s\p{Cc},:][^\s\p{Cc},]*$/u.test(name)) return name;
  throw new Error(`${JSON.stringify(name)} is no name of a room or nick`);
}
