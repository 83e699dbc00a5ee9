import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { expectedInWords } from './expected-in-words.ts';
import { fillIn, variablesIn } from './fill-in.ts';
import type { InfrastructureFile, Section } from './infrastructure-file.ts';
import { secretless, type Secrets } from './secretless.ts';
import { textRules, type TextRule } from './text-rules.ts';

/** The check of one section, its texts filled in. */
export type Check<S extends Section> = InfrastructureFile[S][string];

/** One check of the file, ready to be asked. */
export type Question = {
  [S in Section]: { section: S; name: string; expected: string } & Asked<S>;
}[Section];

export interface Asked<S extends Section> {
  check: Check<S>;
  /** The same as it may be shown: variables that hold secrets stand there by name. */
  shown: Check<S>;
}

export interface Variables {
  variables: Readonly<Record<string, string>>;
  /** Which of their values must never be shown, or parts of them, by name. */
  secret: Secrets;
}

/** Which texts of a check follow which rule; below `values` every one does. */
const ruled: Readonly<Record<Section, Readonly<Record<string, TextRule>>>> = {
  ports: { at: 'hostAndPort' },
  addresses: { name: 'host', 'resolves-to': 'address' },
  certificates: { at: 'hostAndPort', name: 'name' },
  mounts: { path: 'path' },
  directories: { path: 'path' },
  processes: { command: 'line' },
  urls: { url: 'url', contains: 'text', lacks: 'text', headers: 'header', send: 'header' },
  commands: { prints: 'text' },
};

/**
 * The checks of a file with its variables filled in, in the order of the reference. Throws
 * `infrastructure/unknown-variable`, and `infrastructure/unusable-value` where a variable's value does not
 * make what is needed there; neither shows a value.
 */
export function questionsOf(
  file: InfrastructureFile,
  path: string,
  { variables, secret }: Variables,
): Question[] {
  refuseUnknown(file, path, variables);
  const valueOf = (name: string): string => variables[name] ?? '';
  const shownOf = (name: string): string =>
    secretless(name, valueOf(name), secret) ? valueOf(name) : `\${${name}}`;
  return allOf(file).map(({ section, name, check }) => {
    const filled = filledIn(check, valueOf);
    refuseUnusable(filled, { section, where: `${section}.${name}`, path });
    const shown = filledIn(check, shownOf);
    const expected = expectedInWords({ section, shown } as Question);
    return { section, name, expected, check: filled, shown } as Question;
  });
}

function allOf(file: InfrastructureFile) {
  return (Object.keys(ruled) as Section[]).flatMap((section) =>
    Object.entries(file[section]).map(([name, check]) => ({
      section,
      name,
      check: check as Check<Section>,
    })),
  );
}

/** A command line is the shell's to fill in: what we put there could end up as a command. */
function filledIn(check: Check<Section>, valueOf: (name: string) => string): Check<Section> {
  const { run, ...rest } = withRun(check);
  const filled = fillIn(rest, valueOf);
  return (run === undefined ? filled : { ...filled, run }) as Check<Section>;
}

const withRun = (check: object) => check as { run?: string };

function refuseUnknown(
  file: InfrastructureFile,
  path: string,
  variables: Readonly<Record<string, string>>,
): void {
  const asked = allOf(file).flatMap(({ check }) => {
    const { run: _run, ...rest } = withRun(check);
    return [...variablesIn(rest)];
  });
  const unknown = [...new Set(asked)].filter((name) => !Object.hasOwn(variables, name));
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 60)));
  throw new SignalboxError({
    code: 'infrastructure/unknown-variable',
    what: `The infrastructure checks of ${path} were not run.`,
    why: `They use variables that this environment does not have: ${names.join(', ')}.`,
    fix: [
      'Define them in signalbox.yaml, under variables or secrets, or correct their names.',
      'Where ${ is meant as text, write $${.',
    ],
  });
}

function refuseUnusable(
  check: Check<Section>,
  { section, where, path }: { section: Section; where: string; path: string },
): void {
  for (const [key, rule] of Object.entries(ruled[section])) {
    const wrong = textsOf((check as Record<string, unknown>)[key]).find((text) =>
      wrongText(rule, text),
    );
    if (wrong !== undefined) throw unusable(`${where}.${key}`, path, wrongText(rule, wrong) ?? '');
  }
}

const longest = 8_192;

const wrongText = (rule: TextRule, text: string): string | null =>
  text.length > longest ? `longer than ${longest} characters` : textRules[rule](text);

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const unusable = (where: string, path: string, wrong: string): SignalboxError =>
  new SignalboxError({
    code: 'infrastructure/unusable-value',
    what: `The infrastructure checks of ${path} were not run.`,
    why: `Once its variables are filled in, ${where} is of no use: ${wrong}.`,
    fix: [
      `Look at the variables that ${where} uses, and at their values in this environment.`,
      `Correct ${path}, commit and push again.`,
    ],
  });
