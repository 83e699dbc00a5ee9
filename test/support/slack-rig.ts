import { systemClock } from '../../src/kernel/clock.ts';
import type { NetworkUnderTest } from '../../src/chat/network.contract.ts';
import { slackNetwork, type SlackNetwork } from '../../src/chat/drivers/slack/slack-network.ts';
import type { SlackSettings } from '../../src/chat/drivers/slack/slack-settings.ts';
import { slackSecrets, startSlackServer, type SlackServer } from './slack-server.ts';
import { slackTeam } from './slack-workspace.ts';

export type SlackMode = 'socket' | 'http';

export interface SlackRig {
  server: SlackServer;
  network: SlackNetwork;
  ann: string;
  bob: string;
  shop: string;
  notes: string[];
  /** Another controller on the same workspace. */
  another(more?: Partial<SlackSettings>): SlackNetwork;
  close(): Promise<void>;
}

/** A workspace with Ann, Bob and two channels, and our driver, which was not started. */
export async function slackRig(
  mode: SlackMode,
  { redeliverMs = 250, ...more }: Partial<SlackSettings> & { redeliverMs?: number } = {},
): Promise<SlackRig> {
  const server = await startSlackServer({ redeliverMs });
  const [ann, bob] = [server.addUser('ann'), server.addUser('bob')];
  const shop = server.addChannel('shop');
  server.addChannel('till');
  const notes: string[] = [];
  const networks: SlackNetwork[] = [];
  const another = (others: Partial<SlackSettings> = {}): SlackNetwork => {
    const network = slackNetwork({
      ...settingsFor(mode, server.apiUrl),
      note: (text) => void notes.push(text),
      ...more,
      ...others,
    });
    if (mode === 'http') server.sendTo((request) => network.receive(request));
    networks.push(network);
    return network;
  };
  return {
    server,
    network: another(),
    ann,
    bob,
    shop,
    notes,
    another,
    async close() {
      await Promise.all(networks.map((network) => network.stop()));
      await server.close();
    },
  };
}

const settingsFor = (mode: SlackMode, apiUrl: string): SlackSettings => ({
  botToken: slackSecrets.botToken,
  delivery:
    mode === 'socket'
      ? { kind: 'socket', appToken: slackSecrets.appToken }
      : { kind: 'http', signingSecret: slackSecrets.signingSecret },
  clock: systemClock,
  apiUrl,
  pauses: { messageMs: 5, firstRetryMs: 20, longestRetryMs: 200, lookMs: 50 },
});

/** As the contract of all networks wants it. */
export async function slackUnderTest(mode: SlackMode): Promise<NetworkUnderTest> {
  const { server, network, ann, bob, close } = await slackRig(mode);
  const idOf = (room: string): string =>
    Array.from(server.channels.values()).find(({ name }) => `#${name}` === room)?.id ?? '';
  const userOf = (account: string): string => account.split(':')[1] ?? '';
  const ours = (channel: string) => server.shown(channel).filter(({ bot_id }) => bot_id);
  const isCard = ({ blocks }: { blocks?: unknown }): boolean => blocks !== undefined;
  return {
    network,
    rooms: ['#shop', '#till'],
    people: { ann: `${slackTeam}:${ann}`, bob: `${slackTeam}:${bob}` },
    async says(account, room, text) {
      const user = userOf(account);
      await server.says(user, room === null ? server.direct(user) : idOf(room), text);
    },
    said: (room) =>
      ours(idOf(room))
        .filter((post) => !isCard(post))
        .map(({ text }) => text),
    told: (account) => ours(server.direct(userOf(account))).map(({ text }) => text),
    cards: (room) =>
      ours(idOf(room))
        .filter(isCard)
        .map((post) => JSON.stringify(post.blocks)),
    cut: async () => server.cut(),
    mend: async () => server.mend(),
    close,
  };
}
