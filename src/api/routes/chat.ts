import type { ChatAccess } from '../../chat/chat-access.ts';
import {
  addRoom,
  listNetworks,
  putNetwork,
  removeNetwork,
  removeRoom,
  wishLine,
} from '../../chat/networks.ts';
import type { Input } from '../contract/all.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Networks = 'listChatNetworks' | 'putIrcNetwork' | 'putSlackNetwork' | 'removeChatNetwork';
type Rooms = 'addChatRoom' | 'removeChatRoom' | 'sayInChat';

export function chatHandlers(world: ApiWorld): Pick<Handlers, Networks | Rooms> {
  const { db } = world;
  return {
    listChatNetworks: async () => ({ networks: await listNetworks(db) }),

    putIrcNetwork: (input, { actor }) =>
      putNetwork(world, { name: input.network, access: ircAccess(input), by: actor.name }),

    putSlackNetwork: (input, { actor }) =>
      putNetwork(world, { name: input.network, access: slackAccess(input), by: actor.name }),

    async removeChatNetwork({ network }) {
      await removeNetwork(db, network);
      return { text: `We leave ${network}.` };
    },

    addChatRoom: (of) => addRoom(db, of),
    removeChatRoom: ({ app = null, ...of }) => removeRoom(db, { ...of, app }),

    async sayInChat({ network, room, text }, { actor }) {
      await wishLine(world, { network, room, text, by: actor.name });
      return { text: `It is said in ${room} as soon as we are on ${network}.` };
    },
  };
}

function ircAccess(input: Input<'putIrcNetwork'>): ChatAccess {
  const { server, nick, realName, account, nickServ, ca, lineEveryMs } = input;
  const { password, serverPassword } = input;
  return {
    driver: 'irc',
    settings: { server, nick, realName, account, nickServ, ca, lineEveryMs },
    secrets: { password, serverPassword },
  };
}

/** With an app token we call Slack. */
function slackAccess(input: Input<'putSlackNetwork'>): ChatAccess {
  const { botToken, appToken, signingSecret, apiUrl } = input;
  const delivery = appToken === undefined && signingSecret !== undefined ? 'http' : 'socket';
  return {
    driver: 'slack',
    settings: { delivery, apiUrl },
    secrets: { botToken, appToken, signingSecret },
  };
}
