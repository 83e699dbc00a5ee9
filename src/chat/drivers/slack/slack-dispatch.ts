import { App, type BlockAction, type ButtonAction, type webApi } from '@slack/bolt';
import { askAction, sayAction } from './slack-card.ts';
import type { SlackMessage } from './slack-message.ts';
import { askedIn, reasonView, reasonWindow } from './slack-reason.ts';
import { clientOptions, silent, slackRefusal, type SlackWeb } from './slack-web.ts';
import type { SlackSettings } from './slack-settings.ts';
import { plain } from './slack-text.ts';

/** Somebody wants something without typing it into a channel. */
export interface Pressed {
  id: string;
  user: string;
  team: string | null;
  channel: string | null;
  command: string;
}

export interface Hearing {
  message(channel: string, message: SlackMessage): Promise<void>;
  pressed(pressed: Pressed): Promise<void>;
}

/** Answers once what Slack sent is heard; throws when it should send it again. */
export type SlackDispatch = (body: Record<string, unknown>) => Promise<void>;

interface Person {
  id: string;
  team_id?: string;
}

/** Bolt finds out what a delivery is; when to acknowledge it we decide ourselves, after it was written down. */
export function slackDispatch(
  settings: SlackSettings,
  web: SlackWeb,
  hearing: Hearing,
): SlackDispatch {
  const app = new App({
    receiver: { init: () => {}, start: async () => {}, stop: async () => {} },
    authorize: async ({ teamId }) => ({
      botToken: settings.botToken,
      ...(teamId === undefined ? {} : { teamId }),
    }),
    convoStore: false,
    // Our own messages come from a bot, and no bot is heard.
    ignoreSelf: false,
    logger: silent,
    clientOptions: clientOptions(settings),
  });
  app.error(async (error) => {
    throw error;
  });
  hearMessages(app, hearing);
  hearButtons(app, web, hearing);
  hearCommands(app, hearing);
  return (body) => app.processEvent({ body, ack: async () => {} });
}

function hearMessages(app: App, hearing: Hearing): void {
  app.event('message', async ({ event }) => {
    await hearing.message(event.channel, event as SlackMessage);
  });
}

function hearButtons(app: App, web: SlackWeb, hearing: Hearing): void {
  app.action<BlockAction<ButtonAction>>(startsWith(sayAction), async ({ action, body }) => {
    const channel = body.channel?.id ?? null;
    const { id: user, team_id: team = null } = body.user as Person;
    const id = `press:${channel}:${user}:${action.action_ts}:${action.action_id}`;
    await hearing.pressed({ id, user, team, channel, command: action.value ?? '' });
  });
  app.action<BlockAction<ButtonAction>>(startsWith(askAction), async ({ action, body }) => {
    const asked = { command: action.value ?? '', channel: body.channel?.id ?? null };
    await openWindow(web.client, body.trigger_id, reasonWindow(asked, action.text.text));
  });
  app.view(reasonView, async ({ view, body }) => {
    if (body.type !== 'view_submission') return;
    const { command, channel } = askedIn(view.private_metadata);
    const reason = view.state.values['reason']?.['reason']?.value ?? '';
    const { id: user, team_id: team = null } = body.user as Person;
    // A window is sent off once: when Slack lost our answer, it is the same window again.
    const id = `window:${view.id}`;
    await hearing.pressed({ id, user, team, channel, command: `${command} ${reason}` });
  });
}

/** `/signalbox good` is `!good`, whatever the app calls its command. */
function hearCommands(app: App, hearing: Hearing): void {
  app.command(/.*/, async ({ command }) => {
    const words = plain(command.text, command.team_id);
    await hearing.pressed({
      id: `command:${command.trigger_id}`,
      user: command.user_id,
      team: command.team_id,
      channel: command.channel_id,
      command: words.startsWith('!') ? words : `!${words === '' ? 'help' : words}`,
    });
  });
}

async function openWindow(
  client: webApi.WebClient,
  trigger: string,
  view: ReturnType<typeof reasonWindow>,
): Promise<void> {
  try {
    await client.views.open({ trigger_id: trigger, view });
  } catch (error) {
    // A press that comes again has opened its window already, or has waited too long: another press is needed.
    if (!staleTriggers.has(slackRefusal(error) ?? '')) throw error;
  }
}

const staleTriggers = new Set(['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id']);

const startsWith = (action: string): RegExp => new RegExp(`^${action}-\\d+$`);
