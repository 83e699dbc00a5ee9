import { z } from 'zod';
import { endpoint, stream } from './endpoint.ts';
import {
  appName,
  branchName,
  commit,
  done,
  environment,
  id,
  instant,
  partName,
  progress,
  progressLine,
  reason,
  sentence,
  variableName,
} from './fields.ts';

const lease = z.object({ owner: z.string(), reason: z.string(), until: instant });

const summary = z.object({
  id,
  app: appName,
  name: z.string().meta({ examples: ['staging', 'preview/new-cool-page'] }),
  kind: z.enum(['preview', 'staging', 'production', 'stage']),
  branch: branchName,
  host: z.string(),
  url: z.string(),
  state: z.enum(['queued', 'creating', 'live', 'failed', 'destroying', 'destroyed']),
  reason: sentence.nullable(),
  place: z.int().nullable().meta({ description: 'Place in the queue, from 1, while queued' }),
  commit: z.string().nullable().meta({ description: 'What serves' }),
  createdAt: instant,
  pushedAt: instant,
  requestedAt: instant.nullable().meta({ description: 'Last request through the gateway' }),
  idleMs: z.int(),
  leaseUntil: instant.nullable(),
  destroyAt: instant.nullable().meta({ description: 'When the sweeper takes it if nobody comes' }),
  data: sentence.nullable().meta({ description: 'Where its data comes from, in words' }),
  memoryBytes: z.int().nullable(),
  lately: z
    .object({ requests: z.int(), bad: z.int() })
    .meta({ description: 'Of the last 15 minutes: all requests, and those with an error of ours' }),
});
const environmentSummary = summary.meta({ id: 'Environment' });
export type EnvironmentSummary = z.output<typeof environmentSummary>;

const instance = z.object({
  id: z.string(),
  state: z.string(),
  address: z.string().nullable(),
  restarts: z.int(),
  startedAt: instant.nullable(),
  memoryBytes: z.int().nullable(),
});

const store = z.object({
  name: partName,
  kind: z.string(),
  database: z.string(),
  snapshot: z.string().nullable(),
  seed: sentence.meta({ description: 'Which snapshot it was seeded from, and why that one' }),
  seededAt: instant,
  sharedWith: z.string().nullable(),
});

const variable = z.object({
  name: z.string(),
  value: z.string().nullable().meta({ description: 'null: masked, because the name looks secret' }),
  from: z.enum(['file', 'environment', 'secret', 'store', 'signalbox']),
});

const details = summary
  .extend({
    deploy: z.string().nullable(),
    services: z.array(z.object({ name: z.string(), instances: z.array(instance) })),
    stores: z.array(store),
    variables: z.array(variable),
    lease: lease.nullable(),
    destroyReason: sentence.nullable(),
  })
  .meta({ id: 'EnvironmentDetails' });
export type EnvironmentDetails = z.output<typeof details>;

const at = '/api/v1/environments/:environment';

export const listEnvironments = endpoint({
  method: 'GET',
  path: '/api/v1/environments',
  role: 'viewer',
  summary: 'List the living environments, of one app or of all',
  query: { app: appName.optional() },
  reply: z.object({ environments: z.array(environmentSummary) }),
});

export const getEnvironment = endpoint({
  method: 'GET',
  path: at,
  role: 'viewer',
  summary: 'Show one environment with its services, stores and variables',
  params: { environment },
  reply: details,
});

export const createEnvironment = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/environments',
  role: 'developer',
  summary: 'Make the preview of a branch that has none',
  params: { app: appName },
  body: { branch: branchName },
  record: ['branch'],
  reply: environmentSummary,
});

export const destroyEnvironment = endpoint({
  method: 'DELETE',
  path: at,
  role: 'developer',
  summary: 'Destroy an environment with its data',
  params: { environment },
  query: {
    confirm: z
      .string()
      .max(300)
      .optional()
      .meta({ description: 'Its name once more, where it is not a preview' }),
  },
  reply: environmentSummary,
});

export const keepEnvironment = endpoint({
  method: 'PUT',
  path: `${at}/lease`,
  role: 'developer',
  summary: 'Keep an environment from the sweeper until a time',
  params: { environment },
  body: { until: instant, reason: reason.min(1) },
  record: ['until', 'reason'],
  reply: lease,
});

export const unkeepEnvironment = endpoint({
  method: 'DELETE',
  path: `${at}/lease`,
  role: 'developer',
  summary: 'End the lease of an environment',
  params: { environment },
  reply: done,
});

export const resetData = endpoint({
  method: 'POST',
  path: `${at}/reset-data`,
  role: 'developer',
  summary: 'Throw the data of an environment away and seed it anew',
  params: { environment },
  body: {
    snapshot: id.optional().meta({ description: 'Absent: chosen as for a new environment' }),
  },
  record: ['snapshot'],
  reply: environmentSummary,
});

export const setVariables = endpoint({
  method: 'PATCH',
  path: `${at}/variables`,
  role: 'developer',
  summary: 'Override variables of one environment; takes effect with its next deploy',
  params: { environment },
  body: {
    set: z.record(variableName, z.string().max(65_536)).optional(),
    unset: z.array(variableName).max(200).optional(),
  },
  record: ['unset'],
  reply: z.object({ text: sentence, variables: z.array(variable) }),
});

export const restartService = endpoint({
  method: 'POST',
  path: `${at}/services/:service/restart`,
  role: 'developer',
  summary: 'Restart the instances of one service',
  params: { environment, service: partName },
  reply: done,
});

export const followEnvironment = stream({
  path: `${at}/follow`,
  role: 'viewer',
  summary: 'Follow what is being done to an environment until nothing is left to do',
  params: { environment },
  reply: progress,
  line: progressLine,
});

export const deployEnvironment = endpoint({
  method: 'POST',
  path: `${at}/deploys`,
  role: 'developer',
  summary: 'Deploy a commit or an earlier deploy; neither: the newest commit of the branch again',
  params: { environment },
  body: { commit: commit.optional(), deploy: id.optional() },
  record: ['commit', 'deploy'],
  reply: z.object({ deploy: id }),
});
