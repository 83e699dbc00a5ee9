import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import { cutText } from '../../host-refusals.ts';
import type { CommitStatus, HostDeployment } from '../../host.ts';
import { perPage, type Repository } from './repository.ts';

const shape = z.object({
  id: z.number(),
  context: z.string(),
  status: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

interface Wanted {
  commit: string;
  status: CommitStatus;
}

/** Statuses only ever come on top of older ones; the newest of a context is what is shown. */
export async function writeStatus(
  line: HostLine,
  { path }: Repository,
  { commit, status }: Wanted,
): Promise<void> {
  const sha = encodeURIComponent(commit);
  const context = cutText(status.context, 255);
  const description = cutText(status.text, 255);
  const target = status.url ?? '';
  let newest: z.infer<typeof shape> | null = null;
  const query = { limit: perPage };
  for await (const one of line.each(shape, { path: `${path}/commits/${sha}/statuses`, query })) {
    if (one.context === context && (newest === null || one.id > newest.id)) newest = one;
  }
  const isSame =
    newest?.status === status.state &&
    (newest.description ?? '') === description &&
    (newest.target_url ?? '') === target;
  if (isSame) return;
  const body = { state: status.state, context, description, target_url: target };
  await line.change({ method: 'POST', path: `${path}/statuses/${sha}`, body });
}

/** A deployment in the words of a status: what is gone asks nothing of anybody. */
export function asStatus({ environment, state, url }: HostDeployment): CommitStatus {
  const context = `signalbox/${environment}`;
  switch (state) {
    case 'running':
      return { context, state: 'pending', text: 'On its way.', url };
    case 'live':
      return { context, state: 'success', text: 'It serves.', url };
    case 'failed':
      return { context, state: 'failure', text: 'The deploy failed.', url };
    case 'gone':
      return { context, state: 'success', text: 'No longer there.', url: null };
  }
}
