import { shown } from '../../config/problem.ts';
import type { Answer } from './answer.ts';
import { kindOf, type InfrastructureResult } from './infrastructure-check.ts';
import type { Question } from './question.ts';
import { withoutSecrets, type Secrets } from './secretless.ts';

const mostWords = 400;
const mostSaid = 200;

/** An answer as it may be shown: on one line, not endless, without secrets and what a terminal would obey. */
export function resultOf(
  { section, name, expected }: Question,
  { passed, found, said }: Answer,
  { secret, durationMs }: { secret: Secrets; durationMs: number },
): InfrastructureResult {
  // Masked before it is cut: half a secret is one too.
  const masked = (text: string): string => oneLine(withoutSecrets(text, secret));
  const excerpt = said ? quoted({ ...said, text: masked(said.text) }) : '';
  return {
    name,
    kind: kindOf[section],
    passed,
    expected: visible(beginning(oneLine(expected), mostWords)),
    found: visible(beginning(masked(found), mostWords) + excerpt),
    durationMs,
  };
}

function quoted({ how, text, keep }: NonNullable<Answer['said']>): string {
  if (text === '') return `; ${how} nothing`.replace(' begins nothing', ' is empty');
  return `; ${how}: ${keep === 'end' ? ending(text, mostSaid) : beginning(text, mostSaid)}`;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const beginning = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

const ending = (text: string, most: number): string =>
  text.length > most ? `…${text.slice(-most)}` : text;

/** `shown` is for keys and cuts what is longer than one, so it gets pieces. */
const visible = (text: string): string => (text.match(/.{1,30}/gsu) ?? []).map(shown).join('');
