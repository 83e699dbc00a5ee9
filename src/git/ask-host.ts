import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import {
  askOnce,
  type HostAccess,
  type HostAnswer,
  type HostCall,
  Passing,
} from './ask-host-once.ts';
import { hostRefused, hostUnreachable, unknownRepository } from './host-refusals.ts';

/** What an operation asks with. Its methods refuse like the port's: see host.ts. */
export interface HostLine {
  /** One thing that must be there. */
  get<T>(shape: z.ZodType<T>, call: HostCall): Promise<T>;
  /** One thing; null: the repository is there and it is not. */
  find<T>(shape: z.ZodType<T>, call: HostCall): Promise<T | null>;
  /** All of a list, page after page; a caller that has what it wants may stop. */
  each<T>(shape: z.ZodType<T>, call: HostCall): AsyncGenerator<T>;
  /** The change was made when it resolves. */
  change(call: HostCall): Promise<void>;
  /** As `change`; what the service made of it. */
  make<T>(shape: z.ZodType<T>, call: HostCall): Promise<T>;
  /** As `change`; false: the service declined in such words, because of what is there. */
  attempt(call: HostCall, declined: RegExp): Promise<boolean>;
}

/** All pauses and waits of one operation together. */
const budgetMs = 60_000;
const mostPages = 100;

export const pauseForReal = async (ms: number): Promise<void> => {
  await sleep(ms);
};

/**
 * Runs an operation against a hosting service. Troubles that pass (no connection, 408, 409, 425, 429, 5xx) get a pause,
 * the one the service asks for or a growing one, at most a minute in all. A question is asked again where it stands;
 * after a change that may have been made the whole operation begins again, so it must first look at what is there.
 */
export async function askHost<T>(
  access: HostAccess,
  operation: (line: HostLine) => Promise<T>,
): Promise<T> {
  const patience = patienceWith(access);
  const line = lineTo(access, patience);
  for (;;) {
    try {
      return await operation(line);
    } catch (error) {
      await patience.rest(error);
    }
  }
}

interface Patience {
  /** What took time counts too. */
  count<T>(work: () => Promise<T>): Promise<T>;
  /** Waits after a trouble that passes; every other error is thrown on, and this one when the budget is spent. */
  rest(error: unknown): Promise<void>;
}

function patienceWith(access: HostAccess): Patience {
  let spentMs = 0;
  let times = 0;
  return {
    async count(work) {
      const began = performance.now();
      try {
        return await work();
      } finally {
        spentMs += performance.now() - began;
      }
    },

    async rest(error) {
      if (!(error instanceof Passing)) throw error;
      const pauseMs = Math.max(1000 * 2 ** times, error.pauseMs);
      times += 1;
      if (spentMs + pauseMs > budgetMs) throw hostUnreachable(access, gaveUp(error));
      spentMs += pauseMs;
      await access.pause(pauseMs);
    },
  };
}

const gaveUp = ({ message, pauseMs }: Passing): string =>
  pauseMs > 0
    ? `${message}; it wants to be left alone for ${Math.ceil(pauseMs / 1000)} s`
    : message;

function lineTo(access: HostAccess, patience: Patience): HostLine {
  const once = (call: HostCall) => patience.count(() => askOnce(access, call));
  const ask = async (call: HostCall): Promise<HostAnswer> => {
    for (;;) {
      try {
        return await once(call);
      } catch (error) {
        await patience.rest(error);
      }
    }
  };
  const refuse = async (answer: HostAnswer): Promise<never> => {
    if (answer.status === 404) await mustSeeRepository(access, ask);
    throw refusal(access, answer);
  };
  const found = async (call: HostCall): Promise<HostAnswer> => {
    const answer = await ask(call);
    return answer.status < 300 ? answer : refuse(answer);
  };
  const changed = async (call: HostCall): Promise<HostAnswer> => {
    const answer = await once(call);
    return answer.status < 300 ? answer : refuse(answer);
  };
  return {
    get: async (shape, call) => understood(access, { shape, json: (await found(call)).json }),

    async find(shape, call) {
      const answer = await ask(call);
      if (answer.status === 404) {
        await mustSeeRepository(access, ask);
        return null;
      }
      if (answer.status >= 300) return refuse(answer);
      return understood(access, { shape, json: answer.json });
    },

    async *each(shape, call) {
      const entries = shape.array();
      let page: number | null = 1;
      for (let pages = 0; page !== null; pages += 1) {
        if (pages === mostPages)
          throw hostUnreachable(access, `${call.path} has over ${mostPages} pages`);
        const answer: HostAnswer = await found({ ...call, query: { ...call.query, page } });
        yield* understood(access, { shape: entries, json: answer.json });
        page = answer.nextPage;
      }
    },

    async change(call) {
      await changed(call);
    },

    make: async (shape, call) => understood(access, { shape, json: (await changed(call)).json }),

    async attempt(call, declined) {
      const answer = await once(call);
      if (answer.status < 300) return true;
      if ([400, 422].includes(answer.status) && declined.test(answer.words)) return false;
      return refuse(answer);
    },
  };
}

/** A 404 may mean the thing or the whole repository: services hide what a token may not see. */
async function mustSeeRepository(
  access: HostAccess,
  ask: (call: HostCall) => Promise<HostAnswer>,
): Promise<void> {
  const answer = await ask({ path: access.repositoryPath });
  if (answer.status === 404) throw unknownRepository(access, answer.words);
  if (answer.status >= 300) throw refusal(access, answer);
}

function refusal(access: HostAccess, { status, words, location }: HostAnswer): Error {
  if (status === 401)
    return hostRefused(
      access,
      `It does not take the token; it is wrong, expired or revoked. ${words}`,
    );
  if (status < 400) {
    return unknownRepository(access, `It sends us elsewhere (${status}): ${location ?? 'nowhere'}`);
  }
  const fix =
    status === 404
      ? 'It may not have that commit or request: push it there, or synchronise.'
      : undefined;
  return hostRefused(access, `It answered ${status}: ${words}`, fix);
}

function understood<T>(
  access: HostAccess,
  { shape, json }: { shape: z.ZodType<T>; json: unknown },
): T {
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw hostUnreachable(
    access,
    `Its answer is not what this API gives (${issue?.path.join('.') || 'all of it'}: ${issue?.message ?? ''})`,
    'Is the URL that of the API of this kind of service?',
  );
}

export type { HostAccess } from './ask-host-once.ts';
