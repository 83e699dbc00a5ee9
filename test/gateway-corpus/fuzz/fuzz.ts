import { isDeepStrictEqual } from 'node:util';
import { answers } from '../answers.ts';
import { lastRequest } from '../peer.ts';
import { readAnswers } from '../read-answers.ts';
import { readRequests } from '../read-requests.ts';
import { means } from '../request-case.ts';
import { requests } from '../requests.ts';
import { inMemoryServer, readInMemory } from './in-memory-node.ts';
import { mutate } from './mutate.ts';
import { type Random, randomFrom } from './random.ts';
import { readInPieces, startsAlike } from './read-in-pieces.ts';

export interface Fuzzed {
  cases: number;
  /** Requests and answers that we would forward, and that Node read the same. */
  agreed: number;
  /** Those that Node refused. */
  refused: number;
  /** Different ways in which cases ended; each new one was mutated further. */
  outcomes: number;
  slowestMs: number;
  /** The case that took so long, as JSON. */
  slowest: string;
}

interface Fuzzing {
  random: Random;
  server: ReturnType<typeof inMemoryServer>;
  requestPool: string[];
  answerPool: string[];
  outcomes: Set<string>;
  result: Fuzzed;
}

const last = means({ path: '/last-request', host: 'last.test' });

/**
 * Mutates the corpus until `enough` says so, and throws with the bytes of the first case that is read otherwise in
 * pieces than as a whole, or whose forwarded form is read otherwise by Node or by another of us. The same seed makes
 * the same cases.
 */
export async function fuzz(
  seed: number,
  enough: (result: Readonly<Fuzzed>) => boolean,
): Promise<Fuzzed> {
  const fuzzing: Fuzzing = {
    random: randomFrom(seed),
    server: inMemoryServer(),
    requestPool: poolOf(requests),
    answerPool: poolOf(answers),
    outcomes: new Set(),
    result: { cases: 0, agreed: 0, refused: 0, outcomes: 0, slowestMs: 0, slowest: '' },
  };
  const { random, result } = fuzzing;
  while (!enough(result)) {
    result.cases += 1;
    if (random.below(4) > 0) await fuzzRequests(fuzzing);
    else await fuzzAnswers(fuzzing);
    result.outcomes = fuzzing.outcomes.size;
  }
  fuzzing.server.stop();
  return result;
}

/** What is forwarded stands there often: most changes to what is refused are refused, too. */
function poolOf(cases: readonly { bytes: string; means: readonly unknown[] }[]): string[] {
  const good = cases.filter(({ means }) => means.length > 0);
  return [...cases, ...good, ...good, ...good].map(({ bytes }) => bytes);
}

async function fuzzRequests(fuzzing: Fuzzing): Promise<void> {
  const { random, requestPool: pool, server } = fuzzing;
  const text = mutate(random, random.pick(pool), pool);
  const bytes = Buffer.from(text, 'latin1');
  const whole = timed(fuzzing, text, () => readRequests(bytes));
  const inPieces = readInPieces(bytes, random);
  const { means: read, ends, upstream } = whole;
  if (!isDeepStrictEqual({ means: read, ends }, inPieces)) {
    disagree('in pieces', text, { means: read, ends }, inPieces);
  }
  keepIfNew(fuzzing, pool, text, `${ends} ${whole.why} ${shape(upstream)}`);
  if (upstream.length === 0 || whole.hosts.includes('')) return;
  const again = readRequests(Buffer.concat(upstream));
  if (!isDeepStrictEqual(again.means, read)) disagree('a second Signalbox', text, read, again);
  const isWhole = upstream.length === read.length;
  const wanted = isWhole ? [...read, last] : read;
  const sent = Buffer.concat(isWhole ? [...upstream, lastRequest] : upstream);
  const seen = await server.read(sent, wanted.length);
  judge(fuzzing, text, wanted, seen);
}

async function fuzzAnswers(fuzzing: Fuzzing): Promise<void> {
  const { random, answerPool: pool } = fuzzing;
  const text = mutate(random, random.pick(pool), pool);
  const bytes = Buffer.from(text, 'latin1');
  const method = random.below(5) === 0 ? 'HEAD' : 'GET';
  const read = timed(fuzzing, text, () => readAnswers(bytes, method));
  if (!startsAlike(bytes, random)) disagree('the beginning', text, read, 'something else');
  keepIfNew(fuzzing, pool, text, `${read.ends} ${read.why} ${shape(read.downstream)}`);
  if (read.downstream.length === 0 || read.means.some(({ status }) => status === 101)) return;
  const sent = Buffer.concat(read.downstream);
  const again = readAnswers(sent, method);
  if (!isDeepStrictEqual(again.means, read.means)) {
    disagree('a second Signalbox', text, read.means, again);
  }
  judge(fuzzing, text, read.means, await readInMemory(sent, method));
}

/** A peer may stop earlier than we do. It may not read anything that we did not. */
function judge<Read>(
  { result }: Fuzzing,
  text: string,
  wanted: readonly Read[],
  seen: readonly Read[],
): void {
  if (!isDeepStrictEqual(seen, wanted.slice(0, seen.length))) {
    disagree('node:http', text, wanted, seen);
  }
  if (seen.length === wanted.length) result.agreed += 1;
  else result.refused += 1;
}

function disagree(who: string, text: string, wanted: unknown, seen: unknown): never {
  const [ours, theirs] = [JSON.stringify(wanted), JSON.stringify(seen)];
  throw new Error(`${who}: ${JSON.stringify(text)}\n  means ${ours}\n  and was read as ${theirs}`);
}

function keepIfNew({ outcomes }: Fuzzing, pool: string[], text: string, outcome: string): void {
  if (outcomes.has(outcome)) return;
  outcomes.add(outcome);
  if (outcomes.size < 5000) pool.push(text);
}

/** How many messages, and how long each is, roughly. */
function shape(messages: readonly Buffer[]): string {
  return messages.map(({ length }) => Math.round(Math.log2(length))).join();
}

function timed<Read>({ result }: Fuzzing, text: string, read: () => Read): Read {
  let shortestMs = Number.POSITIVE_INFINITY;
  // Once is enough for nearly all; the others may just have waited for a busy machine.
  for (let left = 4; left > 0 && shortestMs > result.slowestMs; left -= 1) {
    const begin = performance.now();
    read();
    shortestMs = Math.min(shortestMs, performance.now() - begin);
  }
  if (shortestMs > result.slowestMs) {
    result.slowestMs = shortestMs;
    result.slowest = JSON.stringify(text);
  }
  return read();
}
