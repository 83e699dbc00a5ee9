import type { z } from 'zod';
import { schemasAt } from './json-schema.ts';
import { nearestKey } from './nearest-key.ts';
import { shown, type Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What the schemas found wrong with a value, each in words that say what to write instead. */
export function schemaProblems(issues: readonly Issue[], value: unknown): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, [], value));
}

function problemsOf(issue: Issue, above: Path, file: unknown): Problem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, 100).map((key) => unknownKey([...path, key]));
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? 'not a name', atKey: true }];
    case 'invalid_union':
      return unionProblems(issue, path, file);
    case 'invalid_type':
      return [{ path, message: wrongType(path, valueAt(file, path), [issue.expected]) }];
    case 'invalid_value':
      return [{ path, message: wrongChoice(issue.values.map(String), valueAt(file, path)) }];
    case 'too_small':
      return [{ path, message: tooSmall(issue) }];
    case 'too_big':
      return [{ path, message: tooBig(issue) }];
    default:
      return [{ path, message: issue.message }];
  }
}

function unknownKey(path: Path): Problem {
  const written = String(path.at(-1));
  const known = schemasAt(path.slice(0, -1)).flatMap((one) => Object.keys(one.properties ?? {}));
  const near = nearestKey(written, known);
  const instead = near ? `Did you mean "${near}"?` : `Known keys here: ${known.join(', ')}.`;
  return { path, message: `unknown key\n${instead}`, atKey: true };
}

/** Of the shapes a value may take, only the one it has matters to the reader. */
function unionProblems(
  issue: Issue & { code: 'invalid_union' },
  path: Path,
  file: unknown,
): Problem[] {
  const wrongKind = (inner: Issue) => inner.code === 'invalid_type' && inner.path.length === 0;
  const meant = issue.errors.find((shape) => !shape.some(wrongKind));
  if (meant) return meant.flatMap((inner) => problemsOf(inner, path, file));
  const expected = issue.errors.flatMap((shape) =>
    shape.flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : [])),
  );
  return [{ path, message: wrongType(path, valueAt(file, path), expected) }];
}

function wrongType(path: Path, value: unknown, expected: readonly string[]): string {
  if (value === undefined) return `is missing${example(path)}`;
  if (value === null) return `has no value${example(path) || '\nGive it one, or remove the key.'}`;
  const wanted = [...new Set(expected.map((kind) => kinds[kind] ?? kind))].join(' or ');
  return `expected ${wanted}, not ${kindOf(value)}${example(path)}`;
}

function example(path: Path): string {
  const examples = schemasAt(path).flatMap((one) =>
    Array.isArray(one.examples) ? one.examples : [],
  );
  if (examples.length > 0) return `\nWrite for example: ${asYaml(examples[0])}`;
  const required = schemasAt(path).flatMap((one) => one.required ?? []);
  return required.length > 0 ? `\nIt needs: ${required.join(', ')}.` : '';
}

function asYaml(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function wrongChoice(choices: readonly string[], value: unknown): string {
  const near = typeof value === 'string' ? nearestKey(value, choices) : null;
  const written = typeof value === 'string' ? `"${shown(value)}"` : kindOf(value);
  const instead = near ? `Did you mean "${near}"?` : `Write ${oneOf(choices)}.`;
  return `${written} is not possible here\n${instead}`;
}

function oneOf(choices: readonly string[]): string {
  return choices.length < 2
    ? choices.join('')
    : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

function tooSmall({ origin, minimum }: Issue & { code: 'too_small' }): string {
  if (origin === 'string') return 'must not be empty';
  if (origin === 'array') return `needs at least ${minimum}`;
  return `must be at least ${minimum}`;
}

function tooBig({ origin, maximum }: Issue & { code: 'too_big' }): string {
  if (origin === 'string') return `is too long; at most ${maximum} characters are allowed`;
  if (origin === 'array') return `has too many entries; at most ${maximum} are allowed`;
  return `must be at most ${maximum}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'keys and values',
  record: 'names with values',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${shown(value)}"`;
  if (typeof value === 'number') return `the number ${value} (quotes make it text)`;
  if (typeof value === 'boolean') return `${value} (quotes make it text)`;
  return value === null ? 'nothing' : 'keys and values';
}

function valueAt(file: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return inside ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }, file);
}
