import type { z } from 'zod';
import { nearestKey } from '../../config/nearest-key.ts';
import { shown, type Problem } from '../../config/problem.ts';
import { schemaProblems } from '../../config/schema-problems.ts';
import { kinds, type Section } from './infrastructure-file.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const mostUnknown = 100;

/** What the schemas found wrong, in words. Unknown keys are ours to explain: the other schema knows its own only. */
export function fileProblems(issues: readonly Issue[], value: unknown): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.slice(0, mostUnknown).map((key) => unknownKey([...issue.path, key]));
    return schemaProblems([issue], value).map((problem) => withExample(problem, issue));
  });
}

function unknownKey(path: Path): Problem {
  const known = keysAt(path.slice(0, -1));
  const near = nearestKey(String(path.at(-1)), known);
  const instead = near ? `Did you mean "${near}"?` : `Known keys here: ${known.join(', ')}.`;
  return { path, message: `unknown key\n${instead}`, atKey: true };
}

/** Sections at the top; below a section and a name, the keys of its kind. */
function keysAt(path: Path): string[] {
  if (path.length === 0) return Object.keys(kinds);
  const kind = kindAt(path);
  return kind && path.length === 2 ? Object.keys(kind.check.shape) : [];
}

function kindAt([section]: Path): (typeof kinds)[Section] | null {
  return typeof section === 'string' && Object.hasOwn(kinds, section)
    ? kinds[section as Section]
    : null;
}

/** Where a whole check is of the wrong kind or its main key is missing, what it should look like. */
function withExample(problem: Problem, { code, path }: Issue): Problem {
  const kind = kindAt(path);
  const isMain = path.length === 2 || (path.length === 3 && path[2] === kind?.short);
  if (code !== 'invalid_type' || !kind || !isMain) return problem;
  const [what] = problem.message.split('\n');
  const { short } = kind;
  const name = shown(String(path[1]));
  return {
    ...problem,
    message: `${what}\nWrite ${name}: TEXT, or ${name} with ${short}: TEXT below it.`,
  };
}
