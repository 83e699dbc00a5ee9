import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, branchName, id, instant, sentence } from './fields.ts';

const node = z
  .object({
    number: z.int(),
    name: z.string().meta({ examples: ['node-3'] }),
    url: z.string().meta({ description: 'Stays the same, whichever branch is there' }),
    branch: branchName.nullable().meta({ description: 'Who is there; null: nobody' }),
    next: branchName
      .nullable()
      .meta({ description: 'The branch that is being built for it and takes its place' }),
    state: z.enum(['free', 'live', 'working', 'failed', 'leaving']),
    commit: z.string().nullable(),
    good: z.boolean().meta({ description: 'Whether the commit has passed checks and smoke tests' }),
    since: instant.nullable().meta({ description: 'Unchanged since then' }),
    keptUntil: instant.nullable(),
    reason: sentence.nullable(),
  })
  .meta({ id: 'Node' });
export type Node = z.output<typeof node>;

export const listNodes = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/nodes',
  role: 'viewer',
  summary: 'List the branch nodes of an app, and which branch is on which',
  params: { app: appName },
  reply: z.object({ nodes: z.array(node) }),
});

export const buildBranch = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/builds',
  role: 'developer',
  summary:
    'Build the newest commit of a branch for its node, or for its preview where there are no nodes',
  params: { app: appName },
  body: { branch: branchName },
  record: ['branch'],
  reply: z
    .object({
      node: z.int().nullable().meta({ description: 'null: the app has no nodes' }),
      url: z.string().meta({ description: 'Where it will answer' }),
      environment: z.string().meta({ examples: ['preview/new-cool-page'] }),
      push: id,
    })
    .meta({ id: 'Building' }),
});
