import type { ObjectType } from 'libpg-query';

/** What an object is called for people, and which names it shares with others. */
interface ObjectKind {
  word: string;
  /** Objects of one space cannot have the same name. */
  space: 'relation' | 'type' | 'routine' | 'schema' | 'other';
}

const kinds: Partial<Record<ObjectType, ObjectKind>> = {
  OBJECT_TABLE: { word: 'table', space: 'relation' },
  OBJECT_FOREIGN_TABLE: { word: 'table', space: 'relation' },
  OBJECT_VIEW: { word: 'view', space: 'relation' },
  OBJECT_MATVIEW: { word: 'materialized view', space: 'relation' },
  OBJECT_SEQUENCE: { word: 'sequence', space: 'relation' },
  OBJECT_TYPE: { word: 'type', space: 'type' },
  OBJECT_DOMAIN: { word: 'domain', space: 'type' },
  OBJECT_FUNCTION: { word: 'function', space: 'routine' },
  OBJECT_PROCEDURE: { word: 'procedure', space: 'routine' },
  OBJECT_ROUTINE: { word: 'routine', space: 'routine' },
  OBJECT_AGGREGATE: { word: 'aggregate', space: 'routine' },
  OBJECT_SCHEMA: { word: 'schema', space: 'schema' },
  OBJECT_EXTENSION: { word: 'extension', space: 'other' },
  OBJECT_OPERATOR: { word: 'operator', space: 'other' },
  OBJECT_CAST: { word: 'cast', space: 'other' },
  OBJECT_COLLATION: { word: 'collation', space: 'other' },
  OBJECT_DATABASE: { word: 'database', space: 'other' },
  OBJECT_ROLE: { word: 'role', space: 'other' },
  OBJECT_FOREIGN_SERVER: { word: 'foreign server', space: 'other' },
  OBJECT_TSCONFIGURATION: { word: 'text search configuration', space: 'other' },
};

/** The kinds that an app's statements name; null for the rest, such as indexes, triggers and policies. */
export function objectKind(type: ObjectType | undefined): ObjectKind | null {
  return (type && kinds[type]) ?? null;
}
