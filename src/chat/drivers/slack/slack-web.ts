import { setTimeout as pause } from 'node:timers/promises';
import { LogLevel, webApi, type Logger } from '@slack/bolt';
import { usualPauses, type SlackSettings } from './slack-settings.ts';

export interface SlackWeb {
  client: webApi.WebClient;
  /** Calls again after the pause Slack asks for when it was called too often. */
  patiently<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  signal: AbortSignal;
}

export function slackWeb(settings: SlackSettings, signal: AbortSignal): SlackWeb {
  const client = new webApi.WebClient(settings.botToken, clientOptions(settings));
  return {
    client,
    signal,
    async patiently(call) {
      for (;;) {
        signal.throwIfAborted();
        try {
          return await call();
        } catch (error) {
          if (!(error instanceof webApi.WebAPIRateLimitedError)) throw error;
          await pause(Math.max(error.retryAfter, 0) * 1_000, undefined, { signal });
        }
      }
    },
  };
}

/** One attempt a call: whoever calls knows whether saying it twice does harm. */
export const clientOptions = (settings: SlackSettings): webApi.WebClientOptions => ({
  ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
  logger: silent,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: { ...usualPauses, ...settings.pauses }.patienceMs,
});

/** What Slack answered with `ok: false`; null: it is another failure. */
export const slackRefusal = (error: unknown): string | null =>
  error instanceof webApi.WebAPIPlatformError ? error.data.error : null;

/** For people; tokens are never part of it. */
export function slackTrouble(error: unknown): string {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return `Slack asks to wait ${error.retryAfter} s`;
  if (error instanceof webApi.WebAPIHTTPError) return `Slack answered with ${error.statusCode}`;
  if (error instanceof webApi.WebAPIRequestError)
    return `Slack cannot be reached: ${whyOf(error.original)}`;
  const refusal = slackRefusal(error);
  if (refusal === null) return error instanceof Error ? error.message : String(error);
  return `Slack says ${refusal}${remedies[refusal] ?? ''}`;
}

const whyOf = ({ message, cause }: Error): string =>
  cause instanceof Error && cause.message !== '' ? cause.message : message;

const newToken = ': install the app again and give us its new token';
const remedies: Readonly<Record<string, string>> = {
  invalid_auth: newToken,
  not_authed: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  account_inactive: newToken,
  missing_scope: ': the app lacks a scope; add it and install the app again',
  not_in_channel: ': invite the app there with /invite',
  channel_not_found:
    ': no such channel, or a private one we are not in; invite the app there with /invite',
  is_archived: ': the channel is archived',
};

// The library's own words would go to the console, with what was said in them.
export const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
