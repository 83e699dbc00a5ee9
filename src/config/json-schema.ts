import { z } from 'zod';
import { configFile } from './schema/config-file.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

let made: JsonSchema | null = null;

/** signalbox.yaml as JSON Schema (draft 2020-12), for editors. The same object every time. */
export function configJsonSchema(): JsonSchema {
  made ??= z.toJSONSchema(configFile, { io: 'input', override: keepExamples });
  return made;
}

// zod takes the examples of what it transforms for results; ours are what people write.
function keepExamples({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: JsonSchema;
}) {
  const examples = z.globalRegistry.get(zodSchema)?.['examples'];
  if (Array.isArray(examples)) jsonSchema.examples = examples;
}

/** The schemas that what stands at this path may follow: several where a value may take several shapes. */
export function schemasAt(path: readonly PropertyKey[]): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (here, step) => here.flatMap((one) => below(one, step)),
    alternatives(configJsonSchema()),
  );
}

function below(schema: JsonSchema, step: PropertyKey): JsonSchema[] {
  if (typeof step === 'number') return alternatives(schema.items);
  const properties = schema.properties ?? {};
  if (Object.hasOwn(properties, String(step))) return alternatives(properties[String(step)]);
  return alternatives(schema.additionalProperties);
}

function alternatives(schema: unknown): JsonSchema[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const one = schema as JsonSchema;
  return [
    one,
    ...(one.anyOf ?? []).flatMap(alternatives),
    ...(one.allOf ?? []).flatMap(alternatives),
  ];
}
