import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import { hasMark, withMark } from '../sticky-comment.ts';
import { perPage, type Repository } from './repository.ts';

const me = z.object({ id: z.number() });
const comment = z.object({
  id: z.number(),
  body: z.string(),
  user: z.object({ id: z.number() }).nullish(),
});

/** One comment that is ours by its author and its mark, wherever it stands between the others. */
export async function writeComment(
  line: HostLine,
  { path, app }: Repository,
  { request, text }: { request: number; text: string },
): Promise<void> {
  const comments = `${path}/issues/${request}/comments`;
  const body = withMark(app, text);
  const { id: us } = await line.get(me, { path: '/user' });
  for await (const one of line.each(comment, { path: comments, query: { limit: perPage } })) {
    if (one.user?.id !== us || !hasMark(app, one.body)) continue;
    if (one.body.trim() === body) return;
    const ours = `${path}/issues/comments/${one.id}`;
    return line.change({ method: 'PATCH', path: ours, body: { body } });
  }
  await line.change({ method: 'POST', path: comments, body: { body } });
}
