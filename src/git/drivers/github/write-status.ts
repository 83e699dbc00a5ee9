import { z } from 'zod';
import type { CommitStatus } from '../../host.ts';
import type { Github } from './ask-github.ts';

const combined = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      description: z.string().nullish(),
      target_url: z.string().nullish(),
    }),
  ),
});

/** Writes only what is not said yet: GitHub takes no more than 1,000 statuses of one commit and context. */
export async function writeStatus(
  github: Github,
  { commit, status }: { commit: string; status: CommitStatus },
): Promise<void> {
  const text = shortened(status.text);
  const now = await newestOf(github, { commit, context: status.context });
  const isSame =
    now?.state === status.state &&
    (now.description ?? '') === text &&
    (now.target_url ?? '') === (status.url ?? '');
  if (isSame) return;
  await github.ask('POST /repos/{owner}/{repo}/statuses/{sha}', z.unknown(), {
    sha: commit,
    context: status.context,
    state: status.state,
    description: text,
    ...(status.url !== null && { target_url: status.url }),
  });
}

const perPage = 100;

/** The combined status has the newest of each context, and only those. */
async function newestOf(github: Github, { commit, context }: { commit: string; context: string }) {
  for (let page = 1; ; page += 1) {
    const { statuses } = await github.ask(
      'GET /repos/{owner}/{repo}/commits/{ref}/status',
      combined,
      { ref: commit, per_page: perPage, page },
    );
    const found = statuses.find((status) => status.context === context);
    if (found !== undefined || statuses.length < perPage) return found;
  }
}

/** GitHub takes 140 characters, and none above U+FFFF: it refuses a status with an emoji. */
function shortened(text: string): string {
  const line = text
    .replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
}
