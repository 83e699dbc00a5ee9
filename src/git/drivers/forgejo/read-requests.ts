import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import type { ChangeRequest } from '../../host.ts';
import { perPage, type Repository } from './repository.ts';

const side = z.object({
  ref: z.string(),
  sha: z.string(),
  /** null or 0: the fork was deleted. */
  repo_id: z.number().nullish(),
});
const shape = z.object({
  number: z.number(),
  title: z.string(),
  html_url: z.url({ protocol: /^https?$/ }),
  head: side,
  base: side,
});

export async function readRequests(line: HostLine, { path }: Repository): Promise<ChangeRequest[]> {
  const open = new Map<number, ChangeRequest>();
  const query = { state: 'open', sort: 'oldest', limit: perPage };
  for await (const one of line.each(shape, { path: `${path}/pulls`, query })) {
    const { number, title, html_url: url, head, base } = one;
    const fromFork = head.repo_id !== base.repo_id;
    // A request that closes while we read moves the others up a page: none is there twice.
    open.set(number, { number, title, branch: head.ref, commit: head.sha, fromFork, url });
  }
  return [...open.values()];
}
