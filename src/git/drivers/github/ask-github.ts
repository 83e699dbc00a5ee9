import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { systemClock } from '../../../kernel/clock.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { GithubSettings } from './github-settings.ts';
import { isHttpError } from './http-error.ts';
import { keyRing } from './key-ring.ts';
import { whyRefused } from './why-refused.ts';
import { quoted, unknownRepository, unreachable, unusableUrl } from './refusals.ts';

type Parameters = Readonly<Record<string, unknown>>;

export interface Github {
  repository: string;
  /** `route` as GitHub's documents write it; `{owner}` and `{repo}` are filled in. Refuses answers of another shape. */
  ask<T>(route: string, shape: z.ZodType<T>, parameters?: Parameters): Promise<T>;
  /** All pages of a list, one after the other. */
  pages<T>(
    route: string,
    shape: z.ZodType<T>,
    parameters?: Parameters,
  ): AsyncGenerator<T, void, undefined>;
  /** The login that what we write is signed with. */
  ourLogin(): Promise<string>;
}

const mostPages = 200;

/**
 * GitHub's REST API, for one repository. Throws octokit's error where trying again may help (see triedInVain), and
 * refusals where not. Nothing it throws holds the key.
 */
export function askGithub(settings: GithubSettings): Github {
  const { repository, url = 'https://api.github.com', timeoutMs = 15_000 } = settings;
  const base = baseOf(url);
  const names = namesOf(repository);
  const octokit = new Octokit({
    baseUrl: base.href.replace(/\/$/, ''),
    userAgent: 'signalbox',
    log: silence,
    request: { fetch: boundedFetch(base.origin, timeoutMs) },
  });
  const keys = keyRing(octokit, { ...settings, names, clock: settings.clock ?? systemClock });
  octokit.hook.wrap('request', keys.unlock);

  const request = (route: string, parameters: Parameters) =>
    octokit.request(route, { ...names, ...parameters }).catch((error) => fail(error, route));

  const fail = async (error: unknown, route: string): Promise<never> => {
    if (error instanceof SignalboxError) throw error;
    if (!isHttpError(error)) throw unreachable(`Its answer cannot be read: ${nameOf(error)}.`);
    if (error.cause instanceof SignalboxError) throw error.cause;
    if (error.status !== 404 || route === theRepository) throw whyRefused(error, repository);
    // Perhaps nothing of it is missing, and we only do not see the repository.
    await request(theRepository, {});
    throw whyRefused(error, null);
  };

  return {
    repository,
    async ask(route, shape, parameters = {}) {
      const { data } = await request(route, parameters);
      return read(shape, data);
    },
    async *pages(route, shape, parameters = {}) {
      let { data, headers } = await request(route, { per_page: 100, ...parameters });
      for (let page = 1; ; page += 1) {
        yield* read(z.array(shape), data);
        const next = nextPage(headers.link, base);
        if (next === null) return;
        if (page >= mostPages) throw unreachable('A list of it does not end.');
        ({ data, headers } = await request(`GET ${next}`, {}));
      }
    },
    ourLogin: () => keys.ourLogin().catch((error) => fail(error, 'our login')),
  };
}

const theRepository = 'GET /repos/{owner}/{repo}';

function read<T>(shape: z.ZodType<T>, data: unknown): T {
  const answer = shape.safeParse(data);
  if (answer.success) return answer.data;
  const [first] = answer.error.issues;
  const where = first?.path.length ? ` at ${quoted(first.path.join('.'))}` : '';
  throw unreachable(`Its answer is not what its API promises${where}: ${first?.message}.`);
}

/** An address is only followed within the API we were given: a page must not lead our token elsewhere. */
function nextPage(link: string | undefined, base: URL): string | null {
  const next = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  if (next === undefined) return null;
  const url = URL.parse(next);
  const isWithin = url?.origin === base.origin && url.pathname.startsWith(base.pathname);
  if (!isWithin || /[{}]/.test(next)) throw unreachable('The next page of a list is elsewhere.');
  return next;
}

function baseOf(text: string): URL {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  const isPlain = url?.username === '' && url.password === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  throw unusableUrl();
}

function namesOf(repository: string): { owner: string; repo: string } {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? [];
  if (owner && repo && ![owner, repo].some((name) => /^\.\.?$/.test(name))) return { owner, repo };
  throw unknownRepository(repository, 'A repository is called OWNER/NAME.');
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'no error');

/** Octokit writes to the console unless told otherwise. */
const silence = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
