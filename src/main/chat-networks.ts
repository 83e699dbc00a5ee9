import { setTimeout as pause } from 'node:timers/promises';
import { ircAddress } from '../chat/chat-access.ts';
import type { IrcSettings } from '../chat/drivers/irc/irc-settings.ts';
import type { SlackAnswer, SlackRequest } from '../chat/drivers/slack/slack-requests.ts';
import type { ChatNetwork } from '../chat/network.ts';
import { openAccess } from '../chat/networks.ts';
import { presence, type Presence } from '../chat/presence.ts';
import { chatNetworks, type NetworkRow } from '../chat/tables.ts';
import type { World } from '../environments/world.ts';

export interface SpokenNetworks {
  /** Call it once the controller has said that it lives. */
  start(): void;
  /** What a network sent to our door; null: this controller does not speak there. */
  receive(name: string, request: SlackRequest): Promise<SlackAnswer | null>;
  /** We have left all networks, and others may speak there at once. */
  stop(): Promise<void>;
}

interface Spoken {
  version: string;
  presence: Presence;
  receive: ((request: SlackRequest) => Promise<SlackAnswer>) | null;
}

const lookEveryMs = 2_000;

/**
 * Speaks on every network on which no other controller does; of one that has gone or fallen silent it takes over within
 * seconds. Settings that have changed are taken up at the next look.
 */
export function speakOnNetworks(
  world: World,
  { controller }: { controller: string },
): SpokenNetworks {
  const spoken = new Map<string, Spoken>();
  const stopping = new AbortController();
  const { signal } = stopping;

  const leave = async (name: string): Promise<void> => {
    const known = spoken.get(name);
    spoken.delete(name);
    await known?.presence.stop();
  };
  const tend = async (): Promise<void> => {
    const rows = await chatNetworks.all(world.db);
    const there = new Set(rows.map(({ name }) => name));
    for (const name of [...spoken.keys()].filter((one) => !there.has(one))) await leave(name);
    for (const row of rows) {
      const isOurs = await chatNetworks.take(world.db, row.name, controller);
      const known = spoken.get(row.name);
      if (known && (!isOurs || known.version !== row.version)) await leave(row.name);
      if (isOurs && !spoken.has(row.name))
        spoken.set(row.name, await begin(world, row, controller));
    }
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await tend().catch((error: unknown) => world.log(`chat: ${String(error)}`));
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  };
  let running: Promise<void> | null = null;

  return {
    start: () => void (running ??= loop()),
    receive: async (name, request) => (await spoken.get(name)?.receive?.(request)) ?? null,
    async stop() {
      stopping.abort();
      await running;
      for (const name of spoken.keys()) {
        await leave(name);
        await chatNetworks.leave(world.db, name, controller);
      }
    },
  };
}

async function begin(world: World, row: NetworkRow, controller: string): Promise<Spoken> {
  const { network, receive } = await driverFor(world, row);
  return {
    version: row.version,
    receive,
    presence: presence({ world, row, network, controller }),
  };
}

/** What speaks to Slack or IRC is loaded only where it is wanted: it is a third of what a start has to read. */
async function driverFor(
  world: World,
  row: NetworkRow,
): Promise<{ network: ChatNetwork; receive: Spoken['receive'] }> {
  const { name } = row;
  const { clock } = world;
  const note = (text: string): void => world.log(`chat: ${name}: ${text}`);
  const access = openAccess(world.key, row);
  if (access.driver === 'irc') {
    const { ircNetwork } = await import('../chat/drivers/irc/irc-network.ts');
    return { network: ircNetwork(ircOf(access, { clock, note })), receive: null };
  }
  const { settings, secrets } = access;
  const { slackNetwork } = await import('../chat/drivers/slack/slack-network.ts');
  const network = slackNetwork({
    botToken: secrets.botToken,
    delivery:
      settings.delivery === 'socket'
        ? { kind: 'socket', appToken: secrets.appToken ?? '' }
        : { kind: 'http', signingSecret: secrets.signingSecret ?? '' },
    clock,
    note,
    mark: {
      read: () => chatNetworks.mark(world.db, name),
      write: async (mark) => void (await chatNetworks.setMark(world.db, name, mark)),
    },
    ...(settings.apiUrl === undefined ? {} : { apiUrl: settings.apiUrl }),
  });
  return { network, receive: (request) => network.receive(request) };
}

/** Lines at once, before the rhythm counts. */
const usualBurst = 5;

function ircOf(
  { settings, secrets }: ReturnType<typeof openAccess> & { driver: 'irc' },
  tools: Pick<IrcSettings, 'clock' | 'note'>,
): IrcSettings {
  const { server, nick, realName, account, nickServ, ca, lineEveryMs } = settings;
  const address = ircAddress(server);
  if (!address) throw new Error(`${server} is no address`);
  return {
    ...address,
    nick,
    ...tools,
    ...(realName === undefined ? {} : { realName }),
    ...(ca === undefined ? {} : { ca }),
    ...(lineEveryMs === undefined ? {} : { pace: { burst: usualBurst, lineEveryMs } }),
    ...(secrets.serverPassword === undefined ? {} : { password: secrets.serverPassword }),
    ...(account === undefined || secrets.password === undefined
      ? {}
      : {
          account: {
            name: account,
            password: secrets.password,
            ...(nickServ === undefined ? {} : { nickServ }),
          },
        }),
  };
}
