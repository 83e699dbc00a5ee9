export type Secrets = Readonly<Record<string, string>>;

/** Shorter ones would blacken everything, and are guessed at once anyway. */
const shortestMasked = 6;

/** Whether a variable may be shown: it is no secret itself and holds none. */
export function secretless(name: string, value: string, secrets: Secrets): boolean {
  return !Object.hasOwn(secrets, name) && withoutSecrets(value, secrets) === value;
}

/** A text in which no secret can be read, neither as it is nor as URLs write it. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  let masked = text;
  for (const [name, value] of longestFirst(secrets)) {
    masked = masked.replaceAll(value, () => `[${name}]`);
  }
  return masked;
}

function longestFirst(secrets: Secrets): [string, string][] {
  return Object.entries(secrets)
    .flatMap(([name, value]) => formsOf(value).map((form): [string, string] => [name, form]))
    .filter(([, value]) => value.length >= shortestMasked)
    .sort(([, one], [, other]) => other.length - one.length);
}

function formsOf(value: string): string[] {
  const lines = value.split('\n').map((line) => line.trim());
  const forms = lines.flatMap((line) => [
    line,
    encodeURIComponent(line.toWellFormed()),
    JSON.stringify(line).slice(1, -1),
  ]);
  return [...new Set(forms)];
}
