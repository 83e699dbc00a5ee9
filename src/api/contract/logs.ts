import { z } from 'zod';
import { stream } from './endpoint.ts';
import { appName, commit, count, environment, id, partName, yes } from './fields.ts';

const query = {
  follow: yes.optional().meta({ description: 'Go on with what comes, until the client leaves' }),
  tail: count.optional().meta({ description: 'Begin this many lines before the end' }),
};
const line = z.object({ line: z.string() }).meta({ id: 'LogLine' });
const plain = (item: { line: string }): string => item.line;

export const readLogs = stream({
  path: '/api/v1/environments/:environment/logs',
  role: 'viewer',
  summary: 'Read what the services of an environment print',
  params: { environment },
  query: { ...query, service: partName.optional() },
  reply: z
    .object({ service: z.string(), instance: z.string(), line: z.string() })
    .meta({ id: 'ServiceLogLine' }),
  line: ({ service, line }) => `${service} | ${line}`,
});

export const readBuildLog = stream({
  path: '/api/v1/builds/:build/log',
  role: 'viewer',
  summary: 'Read the log of a build',
  params: { build: id },
  query,
  reply: line,
  line: plain,
});

export const readCheckLog = stream({
  path: '/api/v1/apps/:app/commits/:commit/checks/:check/log',
  role: 'viewer',
  summary: 'Read the log of a check',
  params: { app: appName, commit, check: partName },
  query,
  reply: line,
  line: plain,
});

export const readJobLog = stream({
  path: '/api/v1/job-runs/:run/log',
  role: 'viewer',
  summary: 'Read the log of a job',
  params: { run: id },
  query,
  reply: line,
  line: plain,
});

export const readTestLog = stream({
  path: '/api/v1/apps/:app/candidates/:number/stages/:stage/tests/:test/log',
  role: 'viewer',
  summary: 'Read the log of a test of a candidate',
  params: {
    app: appName,
    number: count.meta({ description: "The candidate's number" }),
    stage: partName,
    test: partName,
  },
  query,
  reply: line,
  line: plain,
});
