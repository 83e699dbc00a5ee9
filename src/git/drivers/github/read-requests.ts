import { z } from 'zod';
import type { ChangeRequest } from '../../host.ts';
import type { Github } from './ask-github.ts';

const pullShape = z.object({
  number: z.number(),
  title: z.string(),
  html_url: z.string(),
  head: z.object({
    ref: z.string(),
    sha: z.string(),
    repo: z.object({ id: z.number() }).nullable(),
  }),
  base: z.object({ repo: z.object({ id: z.number() }) }),
});

export async function readRequests(github: Github): Promise<ChangeRequest[]> {
  const open = new Map<number, ChangeRequest>();
  const route = 'GET /repos/{owner}/{repo}/pulls';
  const inOrder = { state: 'open', sort: 'created', direction: 'asc' };
  for await (const { number, title, html_url: url, head, base } of github.pages(
    route,
    pullShape,
    inOrder,
  )) {
    // A fork that was deleted meanwhile has no repository any more.
    const fromFork = head.repo?.id !== base.repo.id;
    open.set(number, { number, title, branch: head.ref, commit: head.sha, fromFork, url });
  }
  return [...open.values()];
}
