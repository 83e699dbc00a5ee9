import { createPrivateKey } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import type { Octokit } from '@octokit/rest';
import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.ts';
import type { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { GithubKey, GithubSettings } from './github-settings.ts';
import { isHttpError } from './http-error.ts';
import { refused, unknownRepository, unreachable } from './refusals.ts';

interface Sent {
  headers: Record<string, string | number | undefined>;
}

type Unlock = <S extends Sent, A>(
  request: (options: S) => A | Promise<A>,
  options: S,
) => A | Promise<A>;

interface KeyRing {
  /** Puts the key on a request that has none. */
  unlock: Unlock;
  ourLogin(): Promise<string>;
}

interface Asked {
  names: { owner: string; repo: string };
  clock: Clock;
}

/** Refuses with `host/refused` for a key that cannot be one. */
export function keyRing(
  octokit: Octokit,
  { key, ...asked }: Pick<GithubSettings, 'key'> & Asked,
): KeyRing {
  return 'token' in key ? personRing(octokit, key.token) : appRing(octokit, { key, ...asked });
}

function personRing(octokit: Octokit, text: string): KeyRing {
  const token = text.trim();
  // What the header does not take would be repeated in the error about it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw noKey('The token is empty or has other characters.');
  return {
    unlock: (request, options) => sendWith(token, request, options),
    async ourLogin() {
      const { data } = await octokit.request('GET /user');
      return answerOf(z.object({ login: z.string() }), data).login;
    },
  };
}

interface Issued {
  token: string;
  expiresAt: number;
}

/** Before its end: a request under way must not meet it. */
const spareMs = 60_000;

function appRing(
  octokit: Octokit,
  { key, names, clock }: { key: Exclude<GithubKey, { token: string }> } & Asked,
): KeyRing {
  const auth = createAppAuth({ appId: key.appId, privateKey: pkcs8(key), log: silence });
  let current: Promise<Issued> | null = null;

  const asApp = async (route: string, parameters: Record<string, unknown> = {}) => {
    const { data } = await auth.hook(octokit.request, route, parameters);
    return data as unknown;
  };

  const issue = async (): Promise<Issued> => {
    const { id } = answerOf(z.object({ id: z.number() }), await installation());
    const route = 'POST /app/installations/{installation_id}/access_tokens';
    const data = await asApp(route, { installation_id: id });
    const issued = answerOf(z.object({ token: z.string(), expires_at: z.iso.datetime() }), data);
    return { token: issued.token, expiresAt: Date.parse(issued.expires_at) };
  };

  const installation = async () => {
    try {
      return await asApp('GET /repos/{owner}/{repo}/installation', names);
    } catch (error) {
      if (!isHttpError(error) || error.status !== 404) throw error;
      throw unknownRepository(
        `${names.owner}/${names.repo}`,
        `The app ${key.appId} is not installed on it.`,
      );
    }
  };

  const valid = async (isRefused: (token: string) => boolean): Promise<string> => {
    const before = current;
    const known = await before?.catch(() => null);
    const isGood =
      known && known.expiresAt - spareMs > clock.now().getTime() && !isRefused(known.token);
    if (isGood) return known.token;
    // Whoever comes first asks; the others wait for the same answer.
    if (current === before) current = issue();
    if (current === null) throw new Error('A token was asked for and is not awaited.');
    return (await current).token;
  };

  return {
    async unlock(request, options) {
      if (options.headers['authorization'] !== undefined) return request(options);
      const token = await valid(() => false);
      try {
        return await sendWith(token, request, options);
      } catch (error) {
        if (!isHttpError(error) || error.status !== 401) throw error;
        // Ended before its time, by GitHub's clock or by its people.
        const next = await valid((refused) => refused === token);
        return sendWith(next, request, options);
      }
    },
    async ourLogin() {
      const { slug } = answerOf(z.object({ slug: z.string() }), await asApp('GET /app'));
      return `${slug}[bot]`;
    },
  };
}

/** GitHub gives out PKCS#1; WebCrypto takes PKCS#8. */
function pkcs8({ appId, privateKey }: { appId: string | number; privateKey: string }): string {
  try {
    return createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem' });
  } catch {
    throw noKey(`The private key of the app ${appId} is not a private key in PEM.`);
  }
}

const noKey = (why: string): SignalboxError =>
  refused(why, 'Give Signalbox a token, or an app’s number and the .pem file GitHub made for it.');

/** The header is set in place: octokit's own hook, which comes after ours, sees the options as they were passed in. */
async function sendWith<S extends Sent, A>(
  token: string,
  request: (options: S) => A | Promise<A>,
  options: S,
): Promise<A> {
  options.headers['authorization'] = `token ${token}`;
  try {
    return await request(options);
  } catch (error) {
    // A server may repeat what it was sent.
    if (isHttpError(error)) error.message = error.message.replaceAll(token, '…');
    throw error;
  }
}

function answerOf<T>(shape: z.ZodType<T>, data: unknown): T {
  const answer = shape.safeParse(data);
  if (answer.success) return answer.data;
  throw unreachable('Its answer about the key is not what its API promises.');
}

const silence = { warn: () => undefined };
