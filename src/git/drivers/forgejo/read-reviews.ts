import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import type { Reviews } from '../../host.ts';
import { mainBranchOf, perPage, type Repository } from './repository.ts';

const person = z.object({ login: z.string() });
const pull = z.object({
  number: z.number(),
  merged: z.boolean(),
  user: person.nullish(),
  base: z.object({ ref: z.string() }),
});
const review = z.object({
  id: z.number(),
  state: z.string(),
  /** null: of a team. */
  user: person.nullish(),
  stale: z.boolean().optional(),
  dismissed: z.boolean().optional(),
  official: z.boolean().optional(),
});
type Review = z.infer<typeof review>;

/**
 * Whoever sees a public repository may review there. Only official reviews count: of those who may write, or whom the
 * branch's protection names. (Gitea before 1.22 calls none official on a branch without protection.)
 */
export async function readReviews(
  line: HostLine,
  repository: Repository,
  commit: string,
): Promise<Reviews | null> {
  const { path } = repository;
  const request = await line.find(pull, {
    path: `${path}/commits/${encodeURIComponent(commit)}/pull`,
  });
  if (!request?.merged) return null;
  if (request.base.ref !== (await mainBranchOf(line, repository))) return null;
  const latest = new Map<string, Review>();
  const reviews = `${path}/pulls/${request.number}/reviews`;
  for await (const one of line.each(review, { path: reviews, query: { limit: perPage } })) {
    const by = one.user?.login;
    if (by === undefined || by === request.user?.login || !isWord(one)) continue;
    if (one.id > (latest.get(by)?.id ?? 0)) latest.set(by, one);
  }
  const saying = (wanted: (one: Review) => boolean): string[] =>
    [...latest].filter(([, one]) => wanted(one)).map(([by]) => by);
  return {
    request: request.number,
    // A stale one is of what was there before the last push.
    approvedBy: saying(({ state, stale }) => state === 'APPROVED' && !stale),
    against: saying(({ state }) => state === 'REQUEST_CHANGES'),
  };
}

/** Comments and questions take nothing back; who is not official has no say. */
const isWord = ({ state, dismissed, official }: Review): boolean =>
  (state === 'APPROVED' || state === 'REQUEST_CHANGES') && !dismissed && official !== false;
