import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import { cutText } from '../../host-refusals.ts';
import type { CommitStatus } from '../../host.ts';
import type { Project } from './project.ts';

const shape = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

interface Wanted {
  commit: string;
  status: CommitStatus;
}

/**
 * GitLab's statuses are jobs of a pipeline: they move on and never stand still. An unfinished one cannot be told its own
 * state again, not even for a new text, so it goes from pending to running, and after that is canceled for a new one.
 */
export async function writeStatus(
  line: HostLine,
  project: Project,
  { commit, status }: Wanted,
): Promise<void> {
  const context = cutText(status.context, 255);
  const text = cutText(status.text, 255);
  // A longer one would be declined, and half of one leads nowhere.
  const url = (status.url?.length ?? 0) > 255 ? null : status.url;
  const now = await newest(line, project, { commit, context });
  const isPending = now?.status === 'pending' || now?.status === 'running';
  const isSameState = status.state === 'pending' ? isPending : now?.status === ended[status.state];
  const isSame =
    isSameState && (now?.description ?? '') === text && (now?.target_url ?? null) === url;
  if (isSame) return;
  const tell = async (state: string): Promise<void> => {
    const path = `${project.path}/statuses/${encodeURIComponent(commit)}`;
    const link = url === null ? {} : { target_url: url };
    const body = { state, context, description: text, ...link };
    // Declined: somebody else told it the same in between.
    await line.attempt({ method: 'POST', path, body }, /cannot transition/i);
  };
  if (status.state !== 'pending') return tell(ended[status.state]);
  if (now?.status === 'running') await tell('canceled');
  await tell(now?.status === 'pending' ? 'running' : 'pending');
}

const ended = {
  success: 'success',
  failure: 'failed',
  error: 'failed',
  pending: 'pending',
} as const;

async function newest(
  line: HostLine,
  project: Project,
  { commit, context }: { commit: string; context: string },
): Promise<z.infer<typeof shape> | null> {
  let found: z.infer<typeof shape> | null = null;
  const path = `${project.path}/repository/commits/${encodeURIComponent(commit)}/statuses`;
  for await (const one of line.each(shape, { path, query: { name: context, per_page: 100 } })) {
    if (one.name === context && (found === null || one.id > found.id)) found = one;
  }
  return found;
}
