import type { Node, RangeVar } from 'libpg-query';

/** The body of a node of one kind, such as `Body<'DropStmt'>`. */
export type Tag = Node extends infer Each ? (Each extends unknown ? keyof Each : never) : never;
export type Body<Kind extends Tag> = Extract<Node, Record<Kind, unknown>>[Kind];

/** The node's body when it is of this kind. */
export function bodyOf<Kind extends Tag>(
  node: Node | undefined,
  kind: Kind,
): Body<Kind> | undefined {
  return (node as Partial<Record<Kind, Body<Kind>>> | undefined)?.[kind];
}

/** `schema.name`, or `name` alone where the schema is left out or `public`. */
export function nameOf(relation: RangeVar | undefined): string {
  return joined([relation?.schemaname, relation?.relname]);
}

/** The same for a name that is a list of parts. */
export function nameOfParts(parts: readonly Node[] | undefined): string {
  return joined(stringsOf(parts));
}

/** The same for whatever DROP, RENAME and others call an object. */
export function nameOfObject(object: Node | undefined): string {
  const single = bodyOf(object, 'String')?.sval;
  const parts =
    bodyOf(object, 'List')?.items ??
    bodyOf(object, 'TypeName')?.names ??
    bodyOf(object, 'ObjectWithArgs')?.objname;
  const relation = bodyOf(object, 'RangeVar');
  return single ?? (relation ? nameOf(relation) : nameOfParts(parts));
}

export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => bodyOf(node, 'String')?.sval ?? []);
}

function joined(parts: readonly (string | undefined)[]): string {
  const [last, before] = parts.filter((part) => part !== undefined && part !== '').toReversed();
  return before === undefined || before === 'public' ? (last ?? '') : `${before}.${last}`;
}
