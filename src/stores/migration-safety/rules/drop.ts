import type { DropStmt } from 'libpg-query';
import { isFreshTable } from '../known-schema.ts';
import { nameOfObject } from '../names-in-syntax.ts';
import { objectKind } from '../object-kind.ts';
import { type Judging, note, type Suspicion, waiverLine } from './suspicion.ts';

const mostFacts = 5_000;

/** DROP of whatever the running release may name in its statements. */
export function judgeDrop(judging: Judging, statement: DropStmt): Suspicion[] {
  const kind = objectKind(statement.removeType);
  if (kind === null) return judgeSideEffect(statement);
  const { schema, facts } = judging;
  return (statement.objects ?? []).map(nameOfObject).flatMap((name) => {
    if (schema.fresh.has(`${kind.space}:${name}`) || isFreshTable(schema, name)) return [];
    // Nothing known, or too many tables for all of them to be known.
    const isKnown = facts.size > 0 && facts.size < mostFacts;
    const isThere = !isKnown || facts.has(name) || facts.has(`public.${name}`);
    if (kind.word === 'table' && statement.missing_ok && !isThere) return [];
    return [drop({ ...kind, name, cascade: statement.behavior === 'DROP_CASCADE' })];
  });
}

interface Dropped {
  word: string;
  space: string;
  name: string;
  cascade: boolean;
}

function drop({ word, space, name, cascade }: Dropped): Suspicion {
  const rest = cascade ? ', and everything that depends on it goes too' : '';
  return {
    rule: `drop-${word.replaceAll(' ', '-')}`,
    severity: 'breaks old release',
    why: `The old release may still use the ${word} ${name}${rest}.`,
    recipe: [
      `expand: ship a release that no longer uses ${name}`,
      'migrate: let that release run everywhere, for as long as you may want to roll back',
      `contract: in a later release drop it, with ${waiverLine}`,
    ],
    ...(word === 'table' ? {} : { replaceableBy: `${space}:${name}` }),
  };
}

function judgeSideEffect({ removeType, objects }: DropStmt): Suspicion[] {
  const names = (objects ?? []).map(nameOfObject).join(', ');
  switch (removeType) {
    case 'OBJECT_INDEX':
      return note('drop-index', `Queries of the old release that use ${names} become slower.`);
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
    case 'OBJECT_POLICY':
      return note(
        'drop-trigger',
        `What ${names} does no longer happens to what the old release writes.`,
      );
    default:
      return [];
  }
}
