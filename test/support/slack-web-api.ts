import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { SlackRefusal, type slackMethods } from './slack-methods.ts';

export const slackSecrets = {
  botToken: 'xoxb-of-the-test',
  appToken: 'xapp-of-the-test',
  signingSecret: 'signed-by-the-test',
};

export type SlackBehaviour = ReturnType<typeof slackBehaviour>;

export async function answerCall(
  behaviour: SlackBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = (request.url ?? '').replace('/api/', '');
  const input = Object.fromEntries(new URLSearchParams(await textOf(request)));
  const isApp = method === 'apps.connections.open';
  const token = isApp ? slackSecrets.appToken : slackSecrets.botToken;
  if (request.headers.authorization !== `Bearer ${token}`)
    return send(response, { ok: false, error: 'invalid_auth' });
  const waitSeconds = behaviour.limitOf(method);
  if (waitSeconds === null) return send(response, behaviour.answer(method, input));
  response.writeHead(429, { 'retry-after': String(waitSeconds) }).end();
}

/** How it answers, when it is told to, and what it was asked. */
export function slackBehaviour(methods: ReturnType<typeof slackMethods>) {
  const limits = new Map<string, { times: number; seconds: number }>();
  const refusals = new Map<string, string[]>();
  const calls: { method: string; input: Readonly<Record<string, string>>; at: number }[] = [];
  const refused = (method: string): string | undefined => refusals.get(method)?.shift();
  return {
    calls,
    /** The next calls of it came too quickly. */
    limitNext: (method: string, times: number, seconds: number): void =>
      void limits.set(method, { times, seconds }),
    refuseNext: (method: string, error: string, times = 1): void =>
      void refusals.set(
        method,
        Array.from({ length: times }, () => error),
      ),
    limitOf(method: string): number | null {
      const limit = limits.get(method);
      if (!limit || limit.times === 0) return null;
      limit.times -= 1;
      return limit.seconds;
    },
    answer(method: string, input: Readonly<Record<string, string>>): Record<string, unknown> {
      calls.push({ method, input, at: Date.now() });
      const error = refused(method);
      if (error !== undefined) return { ok: false, error };
      try {
        const found = methods[method];
        return found ? { ok: true, ...found(input) } : { ok: false, error: 'unknown_method' };
      } catch (thrown) {
        if (thrown instanceof SlackRefusal) return { ok: false, error: thrown.message };
        throw thrown;
      }
    },
  };
}

const send = (response: ServerResponse, answer: Record<string, unknown>): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
};
