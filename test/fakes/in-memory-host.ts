import { createHmac, randomBytes } from 'node:crypto';
import type { Breakable, HostServer } from '../../src/git/contract/host-under-test.ts';
import type {
  ChangeRequest,
  CodeHost,
  CommitStatus,
  HostDeployment,
  HostNews,
  WebhookCall,
} from '../../src/git/host.ts';
import { SignalboxError } from '../../src/kernel/signalbox-error.ts';

interface Request extends ChangeRequest {
  author: string;
  isOpen: boolean;
  mergedAs: string | null;
  words: { by: string; says: 'approve' | 'against' | 'lift'; on: string }[];
  comments: { by: string; text: string }[];
}

export interface InMemoryHost {
  host: CodeHost;
  server: HostServer & {
    /** A request of a commit that is known elsewhere. */
    open(of: Partial<ChangeRequest> & { branch: string; commit: string }): number;
    mergeAs(request: number, commit: string): void;
  };
  breakable: Breakable & { mend(): void };
  pauses: number[];
  /** How often anything was asked or told. */
  calls: string[];
}

/** A code host in memory, with people who open, review and merge requests there. */
export function inMemoryHost(): InMemoryHost {
  const faults = faultsOf();
  const books: Books = {
    statuses: new Map(),
    deployments: new Map(),
    requests: new Map(),
    calls: [],
    writes: 0,
  };
  const host = hostOver(books, faults);
  const { pauses } = faults;
  return { host, server: peopleAt(books), breakable: faults, pauses, calls: books.calls };
}

interface Books {
  statuses: Map<string, { commit: string; status: CommitStatus }>;
  deployments: Map<string, HostDeployment & { commit: string }>;
  requests: Map<number, Request>;
  calls: string[];
  writes: number;
}

function put<T>(books: Books, map: Map<string, T>, key: string, value: T): void {
  if (JSON.stringify(map.get(key)) === JSON.stringify(value)) return;
  map.set(key, value);
  books.writes += 1;
}

function requestOf({ requests }: Books, number: number): Request {
  const found = requests.get(number);
  if (!found) throw refusal('host/refused', `there is no request #${number}`);
  return found;
}

function hostOver(books: Books, faults: ReturnType<typeof faultsOf>): CodeHost {
  const { statuses, deployments, requests } = books;
  const answer = <T>(what: string, kind: 'read' | 'write', act: () => T): Promise<T> => {
    books.calls.push(what);
    return faults.through(kind, act);
  };
  return {
    kind: 'forgejo',
    status: (commit, status) =>
      answer(`status ${commit} ${status.context} ${status.state}`, 'write', () =>
        put(books, statuses, `${commit} ${status.context}`, { commit, status }),
      ),
    deployment: (commit, deployment) =>
      answer(`deployment ${commit} ${deployment.environment} ${deployment.state}`, 'write', () =>
        put(books, deployments, `${commit} ${deployment.environment}`, { ...deployment, commit }),
      ),
    comment: (number, text) =>
      answer(`comment ${number}`, 'write', () => comment(books, number, text)),
    openRequests: () =>
      answer('open requests', 'read', () =>
        [...requests.values()].filter(({ isOpen }) => isOpen).map(shownRequest),
      ),
    reviews: (commit) =>
      answer(`reviews ${commit}`, 'read', () => {
        const brought = [...requests.values()].find(({ mergedAs }) => mergedAs === commit);
        return brought ? verdict(brought) : null;
      }),
    news,
  };
}

function comment(books: Books, number: number, text: string): void {
  const { comments } = requestOf(books, number);
  const mine = comments.find(({ by }) => by === 'signalbox');
  if (mine?.text === text) return;
  books.writes += 1;
  if (mine) mine.text = text;
  else comments.push({ by: 'signalbox', text });
}

function peopleAt(books: Books): InMemoryHost['server'] {
  const { statuses, deployments, requests } = books;
  const get = (number: number): Request => requestOf(books, number);
  const commit = (): string => randomBytes(20).toString('hex');
  const open: InMemoryHost['server']['open'] = ({ number = requests.size + 1, ...of }) => {
    const url = `https://host.test/shop/${number}`;
    const words: Request['words'] = [];
    const plain = { author: 'ann', isOpen: true, mergedAs: null, words, comments: [] };
    requests.set(number, { title: of.branch, fromFork: false, url, ...plain, ...of, number });
    return number;
  };
  const mergeAs = (number: number, mergedAs: string): void => {
    Object.assign(get(number), { isOpen: false, mergedAs });
  };
  return {
    commit,
    open,
    mergeAs,
    request({ branch, author = 'ann', fromFork = false }) {
      const number = open({ branch, commit: commit(), fromFork });
      get(number).author = author;
      return { number, commit: get(number).commit };
    },
    push: (number) => (get(number).commit = commit()),
    merge(number) {
      const merged = commit();
      mergeAs(number, merged);
      return merged;
    },
    closeRequest: (number) => void (get(number).isOpen = false),
    review: (number, word) => void get(number).words.push({ ...word, on: get(number).commit }),
    say: (number, words) => void get(number).comments.push(words),
    statuses: (of) =>
      [...statuses.values()].filter((one) => one.commit === of).map(({ status }) => status),
    deployments: () => [...deployments.values()],
    comments: (number) => structuredClone(get(number).comments),
    writes: () => books.writes,
    webhook: ({ event, secret, body = Buffer.from(JSON.stringify({ event })) }) => ({
      headers: { 'x-test-signature': signatureOf(body, secret) },
      body,
      secret,
    }),
  };
}

function shownRequest({ number, title, branch, commit, fromFork, url }: Request): ChangeRequest {
  return { number, title, branch, commit, fromFork, url };
}

function verdict({ number, words, author, commit }: Request) {
  const latest = new Map(words.map((word) => [word.by, word]));
  const by = (says: string): string[] =>
    [...latest.values()]
      .filter((word) => word.says === says && word.by !== author)
      .filter((word) => says === 'against' || word.on === commit)
      .map((word) => word.by);
  return { request: number, approvedBy: by('approve'), against: by('against') };
}

const signatureOf = (body: Buffer, secret: Buffer): string =>
  createHmac('sha256', secret).update(body).digest('hex');

function news({ headers, body, secret }: WebhookCall): HostNews {
  if (secret.length === 0 || headers['x-test-signature'] !== signatureOf(body, secret))
    throw refusal('api/wrong-signature', 'it is not signed');
  const event = eventIn(body);
  if (event === 'push') return { kind: 'branches' };
  if (event === 'request') return { kind: 'requests' };
  if (event === 'tag') return { kind: 'nothing', what: 'tag' };
  throw refusal('host/unreadable-webhook', 'it makes no sense');
}

function eventIn(body: Buffer): unknown {
  try {
    const read: unknown = JSON.parse(body.toString());
    return typeof read === 'object' && read !== null && 'event' in read ? read.event : null;
  } catch {
    return null;
  }
}

const refusal = (code: `api/${string}` | `host/${string}`, why: string): SignalboxError =>
  new SignalboxError({ code, what: 'The host of the test says no.', why, fix: ['Mend it.'] });

/** A driver's patience is a minute; here it is only written down. */
const patienceMs = 60_000;

function faultsOf() {
  const pauses: number[] = [];
  let failures = 0;
  let limits = { times: 0, seconds: 0 };
  let lost = 0;
  let garbled = false;
  let forbidden: 'everything' | 'writing' | 'seeing' | null = null;

  const refuse = (kind: 'read' | 'write'): void => {
    if (garbled) throw refusal('host/unreachable', 'a page came instead of an answer');
    if (forbidden === 'everything') throw refusal('host/refused', 'the token is not known');
    if (forbidden === 'seeing') throw refusal('host/unknown-repository', 'it is not to be seen');
    if (forbidden === 'writing' && kind === 'write')
      throw refusal('host/refused', 'it may only read');
  };
  /** The pause a failing answer costs; null: it is answered. */
  const pauseMs = (): number | null => {
    if (failures > 0) {
      failures -= 1;
      return 1000;
    }
    if (limits.times === 0) return null;
    limits.times -= 1;
    return limits.seconds * 1000;
  };
  const wait = (spentMs: number, ms: number): number => {
    if (spentMs + ms > patienceMs) throw refusal('host/unreachable', 'it goes on failing');
    pauses.push(ms);
    return spentMs + ms;
  };
  return {
    pauses,
    fail: (times: number) => void (failures = times),
    limit: (times: number, seconds: number) => void (limits = { times, seconds }),
    loseAnswers: (times: number) => void (lost = times),
    garble: () => void (garbled = true),
    forbid: (what: 'everything' | 'writing' | 'seeing') => void (forbidden = what),
    mend(): void {
      failures = 0;
      limits = { times: 0, seconds: 0 };
      garbled = false;
      forbidden = null;
    },
    async through<T>(kind: 'read' | 'write', act: () => T): Promise<T> {
      refuse(kind);
      let spentMs = 0;
      for (let ms = pauseMs(); ms !== null; ms = pauseMs()) spentMs = wait(spentMs, ms);
      const value = act();
      if (kind === 'read' || lost === 0) return value;
      lost -= 1;
      wait(spentMs, 1000);
      return act();
    },
  };
}
