import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, commit, done, id, instant, partName, sentence } from './fields.ts';

const snapshot = z
  .object({
    id,
    app: appName,
    store: partName,
    source: z.string().meta({ examples: ['staging', 'production', 'import'] }),
    commit: z.string().nullable().meta({ description: 'The commit on main its data belongs to' }),
    migration: z.string().nullable().meta({ description: 'The newest migration it holds' }),
    bytes: z.int().nullable(),
    state: z.enum(['taking', 'ready', 'failed', 'dropping', 'dropped']),
    reason: sentence.nullable(),
    how: sentence.nullable(),
    takenAt: instant,
  })
  .meta({ id: 'Snapshot' });
export type Snapshot = z.output<typeof snapshot>;

export const listSnapshots = endpoint({
  method: 'GET',
  path: '/api/v1/snapshots',
  role: 'viewer',
  summary: 'List snapshots, newest first',
  query: { app: appName.optional() },
  reply: z.object({ snapshots: z.array(snapshot) }),
});

export const getSnapshot = endpoint({
  method: 'GET',
  path: '/api/v1/snapshots/:snapshot',
  role: 'viewer',
  summary: 'Show one snapshot',
  params: { snapshot: id },
  reply: snapshot,
});

export const takeSnapshot = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/snapshots',
  role: 'developer',
  summary: 'Begin a snapshot of the stores of staging or production',
  params: { app: appName },
  body: { from: z.enum(['staging', 'production']), store: partName.optional() },
  record: ['from', 'store'],
  reply: z.object({ snapshots: z.array(snapshot) }),
});

export const importSnapshot = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/snapshots/import',
  role: 'developer',
  summary: 'Make a snapshot from a plain SQL dump, sent as the body',
  params: { app: appName },
  query: { store: partName.optional(), commit: commit.optional() },
  uploadBytes: 1e12,
  reply: snapshot,
});

export const dropSnapshot = endpoint({
  method: 'DELETE',
  path: '/api/v1/snapshots/:snapshot',
  role: 'developer',
  summary: 'Drop a snapshot once nothing is being cloned from it',
  params: { snapshot: id },
  reply: done,
});
