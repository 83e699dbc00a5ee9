// Merge requests of the GitLab for tests: lists, approvals, versions, notes.
import type { BookRequest, CodeHostBooks } from './code-host-books.ts';
import type { Route } from './code-host-server.ts';
import { gitlabProject, notFound, paged, user } from './gitlab-answers.ts';

export function requestRoutes(
  books: CodeHostBooks,
  { project, options }: { project: string; options: { isOld: boolean } },
): Route[] {
  const all = () => [...books.requests.values()];
  const below = (rest: string) => new RegExp(`^${project}/merge_requests/(\\d+)/${rest}$`);
  const of = (number: string | undefined): BookRequest => books.find(Number(number));
  return [
    {
      method: 'GET',
      path: new RegExp(`^${project}/merge_requests$`),
      answer: (asked) =>
        paged(
          all()
            .filter(({ state }) => asked.query.get('state') === 'opened' && state === 'open')
            .map(shownRequest),
          asked,
        ),
    },
    {
      method: 'GET',
      path: new RegExp(`^${project}/repository/commits/(\\w+)/merge_requests$`),
      answer: (asked, [sha = '']) =>
        books.commits.has(sha)
          ? paged(
              all()
                .filter(
                  (one) =>
                    one.mergedAs === sha || one.versions.some(({ commit }) => commit === sha),
                )
                .map(shownRequest),
              asked,
            )
          : notFound('Commit'),
    },
    {
      method: 'GET',
      path: below('approvals'),
      answer: (_, [n]) => ({ json: approvalsOf(of(n), options) }),
    },
    { method: 'GET', path: below('reviewers'), answer: (_, [n]) => ({ json: reviewersOf(of(n)) }) },
    {
      method: 'GET',
      path: below('versions'),
      answer: (asked, [n]) =>
        paged(
          of(n)
            .versions.map(({ id, commit, at, patch }) => ({
              id,
              head_commit_sha: commit,
              created_at: at,
              patch_id_sha: patch,
            }))
            .reverse(),
          asked,
        ),
    },
    ...noteRoutes(books, project),
  ];
}

function noteRoutes(books: CodeHostBooks, project: string): Route[] {
  const below = (rest: string) => new RegExp(`^${project}/merge_requests/(\\d+)/${rest}$`);
  const of = (number: string | undefined): BookRequest => books.find(Number(number));
  const note = ({ id, by, text, at, system }: BookRequest['comments'][number]) => ({
    id,
    body: text,
    system,
    created_at: at,
    author: user(by),
  });
  return [
    {
      method: 'GET',
      path: below('notes'),
      answer: (asked, [n]) => paged(of(n).comments.map(note), asked),
    },
    {
      method: 'POST',
      path: below('notes'),
      answer: ({ body }, [n]) => ({
        status: 201,
        json: note(books.comment(Number(n), { by: books.us, text: String(body['body']) })),
      }),
    },
    {
      method: 'PUT',
      path: below('notes/(\\d+)'),
      answer({ body }, [n, id]) {
        const comment = of(n).comments.find((one) => one.id === Number(id));
        if (comment?.by !== books.us) return { status: 403, json: { message: '403 Forbidden' } };
        return { json: note(Object.assign(comment, { text: String(body['body']) })) };
      },
    },
  ];
}

const shownRequest = (one: BookRequest) => ({
  iid: one.number,
  title: one.title,
  state: one.state === 'open' ? 'opened' : one.state,
  source_branch: one.branch,
  target_branch: one.into,
  source_project_id: one.fromFork ? 99 : 7,
  target_project_id: 7,
  sha: one.versions.at(-1)?.commit,
  merge_commit_sha: one.mergedAs,
  squash_commit_sha: null,
  merged_at: one.mergedAt,
  author: user(one.author),
  web_url: `http://127.0.0.1/${gitlabProject}/-/merge_requests/${one.number}`,
});

/** Who asks for changes or takes it back approves no more; who approved once is there once. */
const latestWords = ({ words }: BookRequest) =>
  [...new Map(words.map((word) => [word.by, word])).values()].filter(({ lifted }) => !lifted);

const approvalsOf = (request: BookRequest, { isOld }: { isOld: boolean }) => ({
  approved_by: latestWords(request)
    .filter(({ says }) => says === 'approve')
    .map(({ by, at }) => ({ user: user(by), ...(isOld ? {} : { approved_at: at }) })),
});

const reviewersOf = (request: BookRequest) =>
  latestWords(request).map(({ by, says }) => ({
    user: user(by),
    state: says === 'approve' ? 'approved' : 'requested_changes',
  }));
