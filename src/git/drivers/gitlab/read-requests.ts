import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import type { ChangeRequest } from '../../host.ts';
import type { Project } from './project.ts';

const shape = z.object({
  iid: z.number(),
  title: z.string(),
  source_branch: z.string(),
  source_project_id: z.number().nullish(),
  target_project_id: z.number(),
  sha: z.string().nullish(),
  web_url: z.url({ protocol: /^https?$/ }),
});

export async function readRequests(line: HostLine, { path }: Project): Promise<ChangeRequest[]> {
  const open: ChangeRequest[] = [];
  const query = {
    state: 'opened',
    scope: 'all',
    order_by: 'created_at',
    sort: 'asc',
    per_page: 100,
  };
  for await (const one of line.each(shape, { path: `${path}/merge_requests`, query })) {
    // Its branch is gone or empty: there is nothing to look at.
    if (!one.sha) continue;
    open.push({
      number: one.iid,
      title: one.title,
      branch: one.source_branch,
      commit: one.sha,
      // Of a fork that was deleted, nothing is left.
      fromFork: one.source_project_id !== one.target_project_id,
      url: one.web_url,
    });
  }
  // A request that closes while we read moves the others up a page: none is there twice.
  return [...new Map(open.map((request) => [request.number, request])).values()];
}
