// What people do at a hosting service, whatever its API looks like.
import { newSha, ticks } from './code-host-server.ts';

export interface Word {
  id: number;
  by: string;
  says: 'approve' | 'against';
  at: string;
  /** The request's last commit then. */
  commit: string;
  lifted: boolean;
}

export interface Comment {
  id: number;
  by: string;
  text: string;
  at: string;
  /** Written by the service itself. */
  system: boolean;
}

export interface BookRequest {
  number: number;
  title: string;
  branch: string;
  into: string;
  author: string;
  fromFork: boolean;
  state: 'open' | 'merged' | 'closed';
  /** The last one is its commit. `patch`: equal where the change is the same. */
  versions: { id: number; commit: string; at: string; patch: string }[];
  words: Word[];
  comments: Comment[];
  mergedAs: string | null;
  mergedAt: string | null;
}

export function codeHostBooks(us: string) {
  const now = ticks();
  let last = 0;
  const nextId = (): number => (last += 1);
  const commits = new Set<string>();
  const requests = new Map<number, BookRequest>();
  const known = (): string => {
    const sha = newSha();
    commits.add(sha);
    return sha;
  };
  const find = (number: number): BookRequest => {
    const request = requests.get(number);
    if (!request) throw new Error(`no request ${number}`);
    return request;
  };
  const push = (number: number, patch = newSha()): string => {
    const commit = known();
    find(number).versions.push({ id: nextId(), commit, at: now(), patch });
    return commit;
  };
  return {
    us,
    now,
    nextId,
    commits,
    requests,
    find,
    push,
    commit: known,
    request(of: { branch: string; author?: string; fromFork?: boolean; into?: string }) {
      const number = requests.size + 1;
      const { branch, author = 'ann', fromFork = false, into = 'main' } = of;
      const title = `Change of ${branch}`;
      const nothing = { versions: [], words: [], comments: [], mergedAs: null, mergedAt: null };
      const request = { number, title, branch, into, author, fromFork, ...nothing };
      requests.set(number, { ...request, state: 'open' });
      return { number, commit: push(number) };
    },
    /** The same change on a newer main. */
    rebase: (number: number) => push(number, find(number).versions.at(-1)?.patch),
    merge(number: number): string {
      const request = find(number);
      const mergedAs = known();
      Object.assign(request, { state: 'merged', mergedAs, mergedAt: now() });
      return mergedAs;
    },
    closeRequest: (number: number) => void (find(number).state = 'closed'),
    review(number: number, { by, says }: { by: string; says: 'approve' | 'against' | 'lift' }) {
      const { words, versions } = find(number);
      const commit = versions.at(-1)?.commit ?? '';
      const latest = words.findLast((word) => word.by === by);
      if (says !== 'lift') words.push({ id: nextId(), by, says, at: now(), commit, lifted: false });
      else if (latest) latest.lifted = true;
    },
    comment(
      number: number,
      { by, text, system = false }: { by: string; text: string; system?: boolean },
    ) {
      const comment: Comment = { id: nextId(), by, text, at: now(), system };
      find(number).comments.push(comment);
      return comment;
    },
    comments: (number: number) =>
      find(number)
        .comments.filter(({ system }) => !system)
        .map(({ by, text }) => ({ by, text })),
  };
}

export type CodeHostBooks = ReturnType<typeof codeHostBooks>;

/** A person's number at the service. */
export const idOf = (name: string): number =>
  Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 1_000_000, 7);
