import type { TypeName } from 'libpg-query';
import { bodyOf, nameOfParts } from './names-in-syntax.ts';

/** A column's type as it is written, such as `varchar` with [30]. */
export interface ColumnType {
  name: string;
  limits: number[];
  array: boolean;
}

export type TypeChange = 'same' | 'wider' | 'another' | 'unknown';

/** Types whose values count up by themselves: an insert may leave them out. */
export const countsUp = /^(small|big)?serial\d?$/;

export function columnType(type: TypeName | undefined): ColumnType {
  return {
    name: nameOfParts(type?.names).replace(/^pg_catalog\./, ''),
    limits: (type?.typmods ?? []).flatMap((node) => bodyOf(node, 'A_Const')?.ival?.ival ?? []),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}

export const typeInWords = ({ name, limits, array }: ColumnType): string =>
  `${name}${limits.length > 0 ? `(${limits.join(',')})` : ''}${array ? '[]' : ''}`;

/**
 * Whether every value of the old type is one of the new type without being touched: PostgreSQL then changes the
 * catalog alone. Null as the old type: nobody has seen the column being made.
 */
export function typeChange(from: ColumnType | null, to: ColumnType): TypeChange {
  if (from === null) return isEndlessText(to) ? 'unknown' : 'another';
  if (typeInWords(from) === typeInWords(to)) return 'same';
  if (from.array || to.array) return 'another';
  if (isEndlessText(to))
    return from.name === 'varchar' || from.name === 'text' ? 'wider' : 'another';
  if (from.name === 'cidr' && to.name === 'inet') return 'wider';
  if (from.name !== to.name || !(to.name === 'varchar' || to.name === 'numeric')) return 'another';
  return hasMoreRoom(from.limits, to.limits) ? 'wider' : 'another';
}

const isEndlessText = ({ name, limits, array }: ColumnType): boolean =>
  !array && (name === 'text' || (name === 'varchar' && limits.length === 0));

/** numeric(p, s): more digits, the same number of them behind the point. */
function hasMoreRoom(from: readonly number[], to: readonly number[]): boolean {
  if (to.length === 0) return true;
  const [oldSize, oldScale = 0] = from;
  const [newSize = 0, newScale = 0] = to;
  return oldSize !== undefined && newSize >= oldSize && newScale === oldScale;
}
