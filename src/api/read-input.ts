import type { z } from 'zod';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { AnyEndpoint } from './contract/all.ts';

interface Given {
  params: unknown;
  query: unknown;
  body: unknown;
}

const problemsAtMost = 20;

/** Params, query and body as the contract has them, in one object; refuses with `api/invalid`, naming all that is wrong. */
export function readInput(endpoint: AnyEndpoint, given: Given): Record<string, unknown> {
  const parts = [
    endpoint.params.safeParse({ ...(given.params as object) }),
    endpoint.query.safeParse({ ...(given.query as object) }),
    ...(endpoint.body ? [endpoint.body.safeParse(given.body ?? {})] : []),
  ];
  const issues = parts.flatMap((part) => part.error?.issues ?? []);
  if (issues.length > 0) throw invalid(issues.map(inWords));
  const input = Object.assign({}, ...parts.map((part) => part.data)) as Record<string, unknown>;
  // Neither PostgreSQL nor a process's environment can hold them.
  if (!isText(input)) throw invalid(['a text holds a NUL character or half a character']);
  return input;
}

function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isText);
}

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.');
  return where ? `${where}: ${issue.message}` : issue.message;
}

function invalid(problems: readonly string[]): SignalboxError {
  return new SignalboxError({
    code: 'api/invalid',
    what: 'Something in this request is not as it must be.',
    why: problems.slice(0, problemsAtMost).join('; '),
    fix: ['Compare it with /openapi.json.'],
  });
}
