import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, done, instant, partName, sentence } from './fields.ts';

const room = z
  .string()
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\s,\u0000-\u001f\u007f]{1,100}$/, 'must be one word, at most 100 characters')
  .meta({ examples: ['#shop'] });
const secret = z.string().min(1).max(1000);

const network = z
  .object({
    name: partName,
    driver: z.enum(['irc', 'slack']),
    settings: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Where it is and what we are called there, without what opens it' }),
    addedBy: z.string(),
    addedAt: instant,
    state: z.enum(['here', 'away']),
    trouble: sentence.nullable().meta({ description: 'Why it is away' }),
    rooms: z.array(z.object({ room: z.string(), app: appName })),
  })
  .meta({ id: 'ChatNetwork' });
export type ChatNetworkShown = z.output<typeof network>;

const at = '/api/v1/chat/:network';
const params = { network: partName };

export const listChatNetworks = endpoint({
  method: 'GET',
  path: '/api/v1/chat',
  role: 'viewer',
  summary: 'List the chat networks we are on, with their rooms',
  reply: z.object({ networks: z.array(network) }),
});

export const putIrcNetwork = endpoint({
  method: 'PUT',
  path: `${at}/irc`,
  role: 'admin',
  summary: 'Go to an IRC network; again: with other settings',
  params,
  body: {
    server: z
      .string()
      .max(300)
      .meta({ examples: ['ircs://irc.example:6697'] }),
    nick: z.string().max(30),
    realName: z.string().min(1).max(100).optional(),
    account: z.string().min(1).max(100).optional().meta({ description: 'Whom we log in as' }),
    nickServ: partNick().optional().meta({
      description: 'Who is told the password where the server offers no SASL',
    }),
    ca: z.string().max(100_000).optional().meta({ description: 'PEM of an authority to trust' }),
    lineEveryMs: z.int().min(1).max(60_000).optional().meta({
      description: 'How often the server endures a line of ours; usually every two seconds',
    }),
    password: secret.optional().meta({ description: 'Of the account' }),
    serverPassword: secret.optional(),
  },
  record: ['server', 'nick', 'realName', 'account', 'nickServ', 'lineEveryMs'],
  reply: network,
});

export const putSlackNetwork = endpoint({
  method: 'PUT',
  path: `${at}/slack`,
  role: 'admin',
  summary: "Go to a Slack workspace: by its app's token, or called by Slack with a signing secret",
  params,
  body: {
    botToken: secret,
    appToken: secret.optional(),
    signingSecret: secret.optional(),
    apiUrl: z.string().max(300).optional(),
  },
  record: ['apiUrl'],
  reply: network,
});

export const removeChatNetwork = endpoint({
  method: 'DELETE',
  path: at,
  role: 'admin',
  summary: 'Leave a chat network',
  params,
  reply: done,
});

export const addChatRoom = endpoint({
  method: 'POST',
  path: `${at}/rooms`,
  role: 'admin',
  summary: 'Go into a room, which is told of an app from now on',
  params,
  body: { room, app: appName },
  record: ['room', 'app'],
  reply: network,
});

export const removeChatRoom = endpoint({
  method: 'POST',
  path: `${at}/rooms/remove`,
  role: 'admin',
  summary: 'Leave a room, or tell it no more of an app',
  params,
  body: { room, app: appName.optional() },
  record: ['room', 'app'],
  reply: network,
});

export const sayInChat = endpoint({
  method: 'POST',
  path: `${at}/say`,
  role: 'admin',
  summary: 'Say something in a room, as soon as we are there',
  params,
  body: {
    room,
    // oxlint-disable-next-line no-control-regex
    text: z.string().regex(/^[^\u0000-\u001f\u007f]{1,400}$/, 'must be one line, at most 400'),
  },
  record: ['room', 'text'],
  reply: done,
});

function partNick() {
  return z.string().regex(/^[^\s,:]{1,60}$/, 'must be a nick');
}
