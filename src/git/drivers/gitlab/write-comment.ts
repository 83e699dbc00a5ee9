import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import { hasMark, withMark } from '../sticky-comment.ts';
import type { Project } from './project.ts';

const me = z.object({ id: z.number() });
const note = z.object({
  id: z.number(),
  body: z.string(),
  system: z.boolean().optional(),
  author: z.object({ id: z.number() }),
});

/** One note that is ours by its author and its mark, wherever it stands between the others. */
export async function writeComment(
  line: HostLine,
  project: Project,
  { request, text }: { request: number; text: string },
): Promise<void> {
  const path = `${project.path}/merge_requests/${request}/notes`;
  const body = withMark(project.app, withoutCommands(text));
  const { id: us } = await line.get(me, { path: '/user' });
  const query = { sort: 'asc', order_by: 'created_at', per_page: 100 };
  for await (const one of line.each(note, { path, query })) {
    if (one.author.id !== us || one.system || !hasMark(project.app, one.body)) continue;
    if (one.body.trim() === body) return;
    return line.change({ method: 'PUT', path: `${path}/${one.id}`, body: { body } });
  }
  await line.change({ method: 'POST', path, body: { body } });
}

/** GitLab obeys lines such as `/merge`; a branch or commit that is named so must not speak with our rights. */
const withoutCommands = (text: string): string => text.replaceAll(/^(\s*)\//gm, '$1\\/');
