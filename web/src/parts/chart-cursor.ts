import { signal, type Signal } from '@preact/signals';

/** The moment somebody looks at, in seconds since 1970; null: nobody looks. */
export type Cursor = Signal<number | null>;

const shared = new Map<string, Cursor>();

/** Charts of one group have one cursor. */
export function cursorOf(group: string): Cursor {
  const cursor = shared.get(group) ?? signal<number | null>(null);
  shared.set(group, cursor);
  return cursor;
}
