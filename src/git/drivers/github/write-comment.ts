import { z } from 'zod';
import type { Github } from './ask-github.ts';

const commentShape = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});

/** What GitHub takes, with room for the marker. */
const longestText = 65_000;

/**
 * Ours is what begins with the marker and was written by us: anybody can copy a marker. Of several, which an earlier
 * failure may have left, the first stays.
 */
export async function writeComment(
  github: Github,
  { app, request, text }: { app: string; request: number; text: string },
): Promise<void> {
  const marker = `<!-- signalbox: ${app} -->`;
  const body = `${marker}\n${text.slice(0, longestText)}`;
  const [first, ...others] = await ours(github, { request, marker });
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

async function ours(github: Github, { request, marker }: { request: number; marker: string }) {
  const login = await github.ourLogin();
  const found: { id: number; body: string }[] = [];
  const path = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  for await (const comment of github.pages(path, commentShape, { issue_number: request })) {
    const { id, body } = comment;
    if (comment.user?.login === login && body?.startsWith(marker)) found.push({ id, body });
  }
  return found;
}
