import { configJsonSchema, type JsonSchema } from './json-schema.ts';

interface Row {
  key: string;
  schema: JsonSchema;
  required: boolean;
}

const opening = `# signalbox.yaml, key by key

This page is made from the schemas in src/config/schema; change those, not this.
The file lies at the root of the app's repository and is read at the pushed commit. Unknown keys are errors.
\`<name>\` stands for a name of your choice. Durations are written \`30s\`, \`10m\`, \`1h30m\`, \`2d\`; sizes \`256 MiB\`.
A variable's name is set once: by a store, a used app, a variable or a secret. \`PORT\` and \`SIGNALBOX_*\` are ours.
\`signalbox config explain\` prints your file with every default filled in.
`;

/** docs/reference/signalbox-yaml.md: every key with its meaning, its default and an example. */
export function reference(): string {
  const top = configJsonSchema();
  const sections = rowsOf(top, '').map((row) => section(row));
  return [opening, ...sections].join('\n');
}

function section(row: Row): string {
  const rows = descendants(row);
  const about = `## ${row.key}\n\n${row.schema.description ?? ''}${row.required ? ' Required.' : ''}\n`;
  const sample = rows.length === 0 ? exampleOf(row.schema) : '';
  if (rows.length === 0) return `${about}${sample ? `\nExample: ${code(sample)}\n` : ''}`;
  const lines = rows.map(tableLine);
  return [about, '| key | value | default | meaning |', '|---|---|---|---|', ...lines, ''].join(
    '\n',
  );
}

function tableLine({ key, schema, required }: Row): string {
  const fallback = required ? 'required' : defaultOf(schema);
  const sample = exampleOf(schema);
  const meaning = [sentence(schema.description ?? ''), sample && `Example: ${code(sample)}`]
    .filter(Boolean)
    .join(' ');
  return `| \`${key}\` | ${valueOf(schema)} | ${fallback} | ${meaning.replaceAll('|', '\\|')} |`;
}

function descendants(row: Row): Row[] {
  return shapes(row.schema).flatMap((shape) => {
    const items =
      typeof shape.items === 'object' && !Array.isArray(shape.items) ? [shape.items] : [];
    const inItems = items.flatMap((item) =>
      descendants({ ...row, key: `${row.key}[]`, schema: item }),
    );
    return [
      ...rowsOf(shape, `${row.key}.`).flatMap((child) => [child, ...descendants(child)]),
      ...inItems,
    ];
  });
}

/** The keys one level below; a key with a value that is always an object is not worth a line of its own. */
function rowsOf(schema: JsonSchema, prefix: string): Row[] {
  const named = Object.entries(schema.properties ?? {}).map(([key, value]) => ({
    key: `${prefix}${key}`,
    schema: value as JsonSchema,
    required: schema.required?.includes(key) ?? false,
  }));
  const free = schema.additionalProperties;
  if (typeof free !== 'object') return named;
  return [...named, { key: `${prefix}<name>`, schema: free, required: false }];
}

function shapes(schema: JsonSchema): JsonSchema[] {
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return schema.anyOf ? schema.anyOf.flatMap((one) => shapes(one)) : [schema];
}

function valueOf(schema: JsonSchema): string {
  const words = shapes(schema)
    .filter(({ type }) => type !== 'null')
    .map(oneValue);
  return [...new Set(words)].join(' or ');
}

function oneValue(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => code(String(one))).join(', ');
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return 'keys';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'boolean') return '`true`, `false`';
  const { minimum, maximum } = schema;
  return minimum === undefined ? 'number' : `${minimum} to ${maximum}`;
}

function defaultOf(schema: JsonSchema): string {
  const value = schema.default;
  if (value === undefined) return '';
  if (typeof value === 'object') return Array.isArray(value) && value.length === 0 ? '`[]`' : '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function exampleOf(schema: JsonSchema): string {
  const first: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined;
  if (first === undefined || first === schema.default) return '';
  return typeof first === 'string' ? first : JSON.stringify(first);
}

function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

function code(text: string): string {
  return `\`${text}\``;
}
