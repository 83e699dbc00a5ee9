import { byte } from './byte-classes.ts';

/**
 * Finds the few header names that mean something to a proxy, straight from the bytes and without making a
 * string. Most names miss at the first look into a table.
 */
export interface HeaderNames {
  /** By slot: the number of the only name that can stand there, 0 for none. */
  slots: Uint8Array;
  /** By number: the name in lower case. */
  spelled: readonly Uint8Array[];
  /** By number: what `headerNumber` answers when the name is spelled with underscores. */
  twins: Uint8Array;
}

/** Answered for a name that frameworks take for one of the table's, because it has `_` where that has `-`. */
export const twin = 254;
/** Answered for every x-forwarded-… header. */
export const forwardedFamily = 255;

const slotCount = 1024;
const letterX = 0x78;

/**
 * `numbers` gives each name its number, from 1 on. For those in `harmless`, the spelling with underscores is
 * just another header.
 */
export function headerNames(
  numbers: Readonly<Record<string, number>>,
  harmless: readonly number[] = [],
): HeaderNames {
  const names: HeaderNames = {
    slots: new Uint8Array(slotCount),
    spelled: [],
    twins: new Uint8Array(256),
  };
  const spelled: Uint8Array[] = [];
  for (const [name, number] of Object.entries(numbers)) {
    const bytes = Buffer.from(name, 'latin1');
    const slot = slotOf(bytes[0]!, bytes.at(-1)!, bytes.length);
    if (names.slots[slot] !== 0) throw new Error(`${name} needs another hash function`);
    names.slots[slot] = number;
    spelled[number] = bytes;
    names.twins[number] = harmless.includes(number) ? 0 : twin;
  }
  return { ...names, spelled };
}

/** The number of the name that stands from `from` to before `to`; 0 for one that nobody asked for. */
export function headerNumber(
  names: HeaderNames,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  const first = bytes[from]! | 0x20;
  const number = names.slots[slotOf(first, bytes[to - 1]! | 0x20, to - from)]!;
  if (number !== 0) {
    const match = spells(names.spelled[number]!, bytes, from, to);
    if (match === 1) return number;
    if (match === 2) return names.twins[number]!;
  }
  return first === letterX && isForwarded(bytes, from, to) ? forwardedFamily : 0;
}

/** 0: no; 1: yes, in whatever case; 2: yes, but with an underscore where a dash belongs. */
function spells(name: Uint8Array, bytes: Uint8Array, from: number, to: number): 0 | 1 | 2 {
  if (name.length !== to - from) return 0;
  for (let at = 0; at < name.length; at += 1) {
    if ((bytes[from + at]! | 0x20) !== name[at]) return isTwin(name, bytes, from) ? 2 : 0;
  }
  return 1;
}

function isTwin(name: Uint8Array, bytes: Uint8Array, from: number): boolean {
  return name.every((wanted, at) => {
    const found = bytes[from + at]!;
    return (found | 0x20) === wanted || (wanted === byte.dash && found === byte.underscore);
  });
}

const forwarded = Buffer.from('x-forwarded', 'latin1');

/** X-Forwarded, X-Forwarded-Anything and X_Forwarded_Anything. */
function isForwarded(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < forwarded.length) return false;
  const end = from + forwarded.length;
  if (spells(forwarded, bytes, from, end) === 0) return false;
  return end === to || bytes[end] === byte.dash || bytes[end] === byte.underscore;
}

/** Takes both letters in lower case. Two names share a slot when they agree in these three, and rarely else. */
function slotOf(first: number, last: number, length: number): number {
  return (length * 131 + first * 37 + last * 5) & (slotCount - 1);
}
