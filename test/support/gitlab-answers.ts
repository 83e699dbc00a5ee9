import { idOf } from './code-host-books.ts';
import type { Answer, Asked } from './code-host-server.ts';

export const gitlabProject = 'acme/web/shop';

export const user = (username: string) => ({ id: idOf(username), username, name: username });

export const notFound = (what: string): Answer => ({
  status: 404,
  json: { message: `404 ${what} Not Found` },
});

/** A page of a list, as GitLab cuts it. */
export function paged(list: readonly unknown[], { query }: Asked): Answer {
  const size = Math.min(Number(query.get('per_page') ?? 20), 100);
  const page = Number(query.get('page') ?? 1);
  const isLast = page * size >= list.length;
  const headers = { 'x-page': String(page), 'x-next-page': isLast ? '' : String(page + 1) };
  return { json: list.slice((page - 1) * size, page * size), headers };
}
