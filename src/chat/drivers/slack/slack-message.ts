import { plain, withoutFence } from './slack-text.ts';

/** Of a message in an event or in a channel's history: what we look at. */
export interface SlackMessage {
  ts: string;
  text?: string;
  user?: string;
  /** Where the speaker is at home. The last two stand in channels shared between workspaces. */
  team?: string;
  user_team?: string;
  source_team?: string;
  subtype?: string;
  bot_id?: string;
  thread_ts?: string;
  reply_count?: number;
  latest_reply?: string;
}

const spokenSubtypes = new Set(['file_share', 'thread_broadcast', 'me_message']);

/** A person typed it just so: no program did, and it is not an edit. Who changes a message has not said it. */
export const isSpoken = ({ subtype, bot_id, user }: SlackMessage): boolean =>
  user !== undefined &&
  bot_id === undefined &&
  (subtype === undefined || spokenSubtypes.has(subtype));

export const accountOf = (team: string, user: string): string => `${team}:${user}`;

export const homeOf = (message: SlackMessage, ourTeam: string): string =>
  message.user_team ?? message.source_team ?? message.team ?? ourTeam;

export interface Ourselves {
  team: string;
  user: string;
}

/** Whoever speaks to us by our name at the beginning means the words behind it. */
export function wordsOf(text: string, { team, user }: Ourselves): string {
  const said = plain(text, team);
  const ourName = `@${accountOf(team, user)}`;
  return withoutFence(said.startsWith(ourName) ? said.slice(ourName.length).trim() : said);
}

/** Slack's times are seconds with six digits behind the point; as texts they compare like numbers. */
export const slackTime = (at: Date | number): string => (Number(at) / 1_000).toFixed(6);
export const earlier = (ts: string, seconds: number): string =>
  Math.max(Number(ts) - seconds, 0).toFixed(6);
export const later = (one: string, other: string): string =>
  Number(one) > Number(other) ? one : other;
