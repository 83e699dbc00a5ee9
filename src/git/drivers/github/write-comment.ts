import { z } from 'zod';
import { hasMark, withMark } from '../sticky-comment.ts';
import type { Github } from './ask-github.ts';

const commentShape = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});

/**
 * Ours is what begins with the marker and was written by us: anybody can copy a marker. Of several, which an earlier
 * failure may have left, the first stays.
 */
export async function writeComment(
  github: Github,
  { app, request, text }: { app: string; request: number; text: string },
): Promise<void> {
  const body = withMark(app, text);
  const [first, ...others] = await ours(github, { app, request });
  if (first === undefined) {
    const path = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    await github.ask(path, z.unknown(), { issue_number: request, body });
  } else if (first.body !== body) {
    const path = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
    await github.ask(path, z.unknown(), { comment_id: first.id, body });
  }
  for (const { id } of others) {
    const path = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}';
    await github.ask(path, z.unknown(), { comment_id: id });
  }
}

async function ours(github: Github, { app, request }: { app: string; request: number }) {
  const login = await github.ourLogin();
  const found: { id: number; body: string }[] = [];
  const path = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  for await (const comment of github.pages(path, commentShape, { issue_number: request })) {
    const { id, body } = comment;
    if (body && comment.user?.login === login && hasMark(app, body)) found.push({ id, body });
  }
  return found;
}
