import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';
import type { Reviews } from '../../host.ts';
import { mainBranchOf, type Project } from './project.ts';

const person = z.object({ username: z.string() });
const mergeRequest = z.object({
  iid: z.number(),
  state: z.string(),
  target_branch: z.string(),
  merged_at: z.string().nullish(),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
  author: person.nullish(),
});
const approvals = z.object({
  approved_by: z.array(z.object({ user: person, approved_at: z.string().nullish() })),
});
const reviewer = z.object({ user: person, state: z.string().nullish() });
const version = z.object({
  id: z.number(),
  created_at: z.string(),
  patch_id_sha: z.string().nullish(),
});
const note = z.object({
  body: z.string(),
  system: z.boolean().optional(),
  created_at: z.string(),
  author: person,
});

/**
 * GitLab keeps an approval when more is pushed, unless the project says otherwise (not in the free edition). So its time
 * is compared with that of the last push that changed anything: a rebase that leaves the patch as it was is none.
 * Only members with role Developer or higher can approve.
 */
export async function readReviews(
  line: HostLine,
  project: Project,
  commit: string,
): Promise<Reviews | null> {
  const request = await requestThatBrought(line, project, commit);
  if (request === null) return null;
  const path = `${project.path}/merge_requests/${request.iid}`;
  const author = request.author?.username;
  const against = await whoWantsChanges(line, path);
  const changedAt = await lastChange(line, path);
  const approved = await approvedAt(line, path);
  const approvedBy = [...approved]
    .filter(([by, at]) => by !== author && !against.includes(by) && at >= changedAt)
    .map(([by]) => by);
  return { request: request.iid, approvedBy, against: against.filter((by) => by !== author) };
}

type MergeRequest = z.infer<typeof mergeRequest>;

/** The one that ended in this commit, else the first into main that had it. */
async function requestThatBrought(
  line: HostLine,
  project: Project,
  commit: string,
): Promise<MergeRequest | null> {
  const path = `${project.path}/repository/commits/${encodeURIComponent(commit)}/merge_requests`;
  const merged: MergeRequest[] = [];
  for await (const one of line.each(mergeRequest, { path, query: { per_page: 100 } })) {
    if (one.state === 'merged') merged.push(one);
  }
  if (merged.length === 0) return null;
  const main = await mainBranchOf(line, project);
  const intoMain = merged
    .filter(({ target_branch }) => target_branch === main)
    .sort((a, b) => (a.merged_at ?? '').localeCompare(b.merged_at ?? ''));
  const ends = ({ merge_commit_sha, squash_commit_sha, sha }: MergeRequest): boolean =>
    [merge_commit_sha, squash_commit_sha, sha].includes(commit);
  return intoMain.find(ends) ?? intoMain[0] ?? null;
}

async function whoWantsChanges(line: HostLine, path: string): Promise<string[]> {
  // GitLab before 13.8 knows no such list.
  const reviewers = await line.find(reviewer.array(), { path: `${path}/reviewers` });
  return (reviewers ?? [])
    .filter(({ state }) => state === 'requested_changes')
    .map(({ user }) => user.username);
}

/** When what was merged came to be, in milliseconds since 1970. */
async function lastChange(line: HostLine, path: string): Promise<number> {
  const versions: z.infer<typeof version>[] = [];
  for await (const one of line.each(version, {
    path: `${path}/versions`,
    query: { per_page: 100 },
  })) {
    versions.push(one);
  }
  versions.sort((a, b) => b.id - a.id);
  const [last, ...older] = versions;
  const differs = older.findIndex(
    (one) => !last?.patch_id_sha || one.patch_id_sha !== last.patch_id_sha,
  );
  const same = differs === -1 ? older : older.slice(0, differs);
  return instant((same.at(-1) ?? last)?.created_at);
}

async function approvedAt(line: HostLine, path: string): Promise<Map<string, number>> {
  const { approved_by } = await line.get(approvals, { path: `${path}/approvals` });
  const isOld = approved_by.some(({ approved_at }) => !approved_at);
  const noted = isOld ? await approvalNotes(line, path) : new Map<string, number>();
  return new Map(
    approved_by.map(({ user: { username }, approved_at }) => [
      username,
      approved_at ? instant(approved_at) : (noted.get(username) ?? Number.NaN),
    ]),
  );
}

/** Older versions say when in a note of their own, which nobody can write. */
async function approvalNotes(line: HostLine, path: string): Promise<Map<string, number>> {
  const latest = new Map<string, number>();
  const query = { sort: 'asc', order_by: 'created_at', per_page: 100 };
  for await (const one of line.each(note, { path: `${path}/notes`, query })) {
    if (one.system && one.body.startsWith('approved this merge request')) {
      latest.set(one.author.username, instant(one.created_at));
    }
  }
  return latest;
}

/** Unknown is NaN, and that is neither before nor after anything: it makes no approval count. */
const instant = (text: string | null | undefined): number => Date.parse(text ?? '');
