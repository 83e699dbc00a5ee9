import type { Clock } from '../../../kernel/clock.ts';

/**
 * The app in the workspace needs the bot scopes chat:write, channels:read, channels:history, channels:join, groups:read,
 * groups:history, im:read, im:write, im:history, users:read, commands; the events message.channels, message.groups and
 * message.im; interactivity. Channels are left only where channels:manage is granted too.
 */
export interface SlackSettings {
  botToken: string;
  delivery: SlackDelivery;
  clock: Clock;
  /** How far its messages were heard; without it, only what was said while this process was cut off is read. */
  mark?: SlackMark;
  /** What an admin should know, in words; never a secret. */
  note?(text: string): void;
  /** Another place where Slack's Web API is spoken; ends in a slash. */
  apiUrl?: string;
  pauses?: Partial<SlackPauses>;
}

export type SlackDelivery =
  /** We call Slack; no door has to be open. */
  | { kind: 'socket'; appToken: string }
  /** Slack calls us, with requests signed by this secret: pass them to `receive`. */
  | { kind: 'http'; signingSecret: string };

export interface SlackMark {
  read(): Promise<string | null>;
  write(mark: string): Promise<void>;
}

export interface SlackPauses {
  /** Between two messages to one channel: Slack takes one a second. */
  messageMs: number;
  /** Before the first new attempt to connect; each later one waits twice as long. */
  firstRetryMs: number;
  longestRetryMs: number;
  /** For one call of the Web API, and for Slack's hello. */
  patienceMs: number;
  /** Where Slack calls us: how often we look whether it knows us still. */
  lookMs: number;
}

export const usualPauses: SlackPauses = {
  messageMs: 1_000,
  firstRetryMs: 1_000,
  longestRetryMs: 120_000,
  patienceMs: 15_000,
  lookMs: 60_000,
};
