import { z } from 'zod';
import { all, type AnyEndpoint } from './contract/all.ts';
import { problem } from './contract/problem.ts';

type Schema = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document. */
export function openapi(version: string): Record<string, unknown> {
  const named: Record<string, Schema> = {};
  const schemaOf = (type: z.ZodType): Schema => hoisted(type, named);
  const failed = {
    description: 'Refused, with what to do next',
    content: { 'application/problem+json': { schema: schemaOf(problem) } },
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries(all)) {
    const path = (paths[openapiPath(endpoint.path)] ??= {});
    path[endpoint.method.toLowerCase()] = operation(name, endpoint, { schemaOf, failed });
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Signalbox',
      version,
      description: 'Roles grow: a developer may do what a viewer may, an admin everything.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: named,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The token is the password.' },
      },
    },
  };
}

interface Tools {
  schemaOf: (type: z.ZodType) => Schema;
  failed: Schema;
}

function operation(name: string, endpoint: AnyEndpoint, { schemaOf, failed }: Tools): Schema {
  const body = requestBody(endpoint, schemaOf);
  return {
    operationId: name,
    summary: endpoint.summary,
    'x-role': endpoint.role,
    security: endpoint.role === 'public' ? [] : [{ bearer: [] }, { basic: [] }],
    parameters: [
      ...parameters(endpoint.params, { where: 'path', schemaOf }),
      ...parameters(endpoint.query, { where: 'query', schemaOf }),
    ],
    ...(body ? { requestBody: body } : {}),
    responses: { ...success(endpoint, schemaOf), default: failed },
  };
}

function parameters(
  fields: z.ZodObject,
  { where, schemaOf }: { where: 'path' | 'query'; schemaOf: Tools['schemaOf'] },
): Schema[] {
  return Object.entries(fields.shape).map(([name, type]) => ({
    name,
    in: where,
    required: !(type as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(type as z.ZodType),
  }));
}

function requestBody(endpoint: AnyEndpoint, schemaOf: Tools['schemaOf']): Schema | null {
  if (endpoint.uploadBytes !== null) return { content: { 'application/octet-stream': {} } };
  if (!endpoint.body) return null;
  return {
    required: !endpoint.body.safeParse({}).success,
    content: { 'application/json': { schema: schemaOf(endpoint.body) } },
  };
}

function success(endpoint: AnyEndpoint, schemaOf: Tools['schemaOf']): Schema {
  if (endpoint.kind === 'terminal') return { 101: { description: 'A WebSocket' } };
  const schema = schemaOf(endpoint.reply);
  if (endpoint.kind === 'call') {
    return { 200: { description: 'Done', content: { 'application/json': { schema } } } };
  }
  return {
    200: {
      description: "One event for each item (x-item), then the event 'end'",
      content: {
        'text/event-stream': { schema: { type: 'string' }, 'x-item': schema },
        'text/plain': { schema: { type: 'string' } },
      },
    },
  };
}

/** The wire's side of a type; what has a name of its own goes to `named` and is referred to. */
function hoisted(type: z.ZodType, named: Record<string, Schema>): Schema {
  const { $schema: _dialect, $defs, ...schema } = z.toJSONSchema(type, { io: 'input' }) as Schema;
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, Schema>)) {
    named[name] = withoutId(referring(definition));
  }
  return withoutId(referring(schema));
}

function referring(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as Schema;
}

function withoutId({ id: _id, ...schema }: Schema): Schema {
  return schema;
}

function openapiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}
