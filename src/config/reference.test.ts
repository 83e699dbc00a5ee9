import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { configJsonSchema, type JsonSchema } from './json-schema.ts';
import { reference } from './reference.ts';

const page = new URL('../../docs/reference/signalbox-yaml.md', import.meta.url);

test('the committed page is what the schemas say (WRITE_REFERENCE=1 writes it)', async () => {
  if (process.env['WRITE_REFERENCE']) await writeFile(page, reference());
  assert.equal(await readFile(page, 'utf8'), reference());
});

test('every section and key says what it is for', () => {
  assert.deepEqual(undescribed(configJsonSchema(), 'signalbox.yaml'), []);
  assert.doesNotMatch(reference(), /undefined|\[object/);
});

function undescribed(schema: JsonSchema, path: string): string[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, one]) =>
    undescribed(one as JsonSchema, `${path}.${key}`),
  );
  return [...(schema.description ? [] : [path]), ...below];
}
