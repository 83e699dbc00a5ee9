import { z } from 'zod';
import type { Reviews } from '../../host.ts';
import type { Github } from './ask-github.ts';

const pullShape = z.object({
  number: z.number(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
  head: z.object({ sha: z.string() }),
  base: z.object({
    ref: z.string(),
    repo: z.object({ default_branch: z.string() }),
  }),
});

const reviewShape = z.object({
  user: z.object({ login: z.string() }).nullish(),
  state: z.string(),
  commit_id: z.string().nullish(),
  author_association: z.string(),
});

type Pull = z.infer<typeof pullShape>;

interface Asked {
  commit: string;
  /** null: what GitHub calls the default branch. */
  mainBranch: string | null;
}

/**
 * Of the merged request whose commit it is. An approval counts for what its author saw: one from before the last push says
 * nothing about what was merged, whereas an objection stands until it is taken back. Anybody may write a review of a
 * public repository; those of strangers count neither way.
 */
export async function readReviews(github: Github, asked: Asked): Promise<Reviews | null> {
  const pull = await requestOf(github, asked);
  if (pull === null) return null;
  const words = await latestWords(github, pull);
  const approved = (word: Word) => word.state === 'APPROVED' && word.commit === pull.head.sha;
  return {
    request: pull.number,
    approvedBy: loginsWhere(words, approved),
    against: loginsWhere(words, ({ state }) => state === 'CHANGES_REQUESTED'),
  };
}

async function requestOf(github: Github, { commit, mainBranch }: Asked): Promise<Pull | null> {
  const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
  const merged: Pull[] = [];
  for await (const pull of github.pages(route, pullShape, { commit_sha: commit })) {
    const isInMain = pull.base.ref === (mainBranch ?? pull.base.repo.default_branch);
    if (pull.merged_at && isInMain) merged.push(pull);
  }
  const exact = merged.find((pull) => pull.merge_commit_sha === commit);
  const latest = merged.sort((a, b) => String(a.merged_at).localeCompare(String(b.merged_at)));
  return exact ?? latest.at(-1) ?? null;
}

interface Word {
  state: string;
  commit: string;
}

const insiders = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
/** A comment takes nothing back. */
const decisive = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED']);

/** By login. GitHub lists reviews in the order in which they were given. */
async function latestWords(github: Github, pull: Pull): Promise<Map<string, Word>> {
  const words = new Map<string, Word>();
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
  for await (const review of github.pages(route, reviewShape, { pull_number: pull.number })) {
    const login = review.user?.login;
    if (login === undefined || login === pull.user?.login) continue;
    if (!insiders.has(review.author_association) || !decisive.has(review.state)) continue;
    words.set(login, { state: review.state, commit: review.commit_id ?? '' });
  }
  return words;
}

const loginsWhere = (words: Map<string, Word>, holds: (word: Word) => boolean): string[] =>
  [...words].filter(([, word]) => holds(word)).map(([login]) => login);
