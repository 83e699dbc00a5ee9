import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { apiRig, asking, type ApiRig } from '../../test/support/api-rig.ts';
import {
  slackSecrets,
  startSlackServer,
  type SlackServer,
} from '../../test/support/slack-server.ts';
import { listNetworks } from '../chat/networks.ts';
import { row, sql } from '../db/pool.ts';
import { speakOnNetworks, type SpokenNetworks } from './chat-networks.ts';

let rig: ApiRig;
let slack: SlackServer;
const speaking: SpokenNetworks[] = [];

beforeEach(async () => {
  rig = await apiRig();
  slack = await startSlackServer();
  const { botToken, signingSecret } = slackSecrets;
  const of = { network: 'work', botToken, signingSecret, apiUrl: slack.apiUrl };
  await rig.handlers.putSlackNetwork(of, asking());
});
afterEach(async () => {
  for (const one of speaking.splice(0)) await one.stop();
  await slack.close();
  await rig.close();
});

async function controller(id: string): Promise<SpokenNetworks> {
  await sql`insert into controllers (id, host, pid, listen) values (${id}, 'h', 1, '')`.execute(
    rig.world.db,
  );
  const spoken = speakOnNetworks(rig.world, { controller: id });
  speaking.push(spoken);
  spoken.start();
  return spoken;
}

const speaker = async (): Promise<string | null> =>
  (
    await row<{ controller: string | null }>(
      rig.world.db,
      sql`select controller from chat_networks where name = 'work'`,
    )
  )?.controller ?? null;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 1_000; looks += 1) {
    if (await isSo()) return;
    await pause(20);
  }
  throw new Error(`never: ${what}; ${JSON.stringify(await listNetworks(rig.world.db))}`);
}

const isHere = async (): Promise<boolean> =>
  (await listNetworks(rig.world.db))[0]?.state === 'here';

const knock = { headers: {}, body: Buffer.from('{}') };

test('of two controllers one speaks; when it ends in good order the other one does', async () => {
  const first = await controller('one');
  await until('the first one speaks', async () => (await speaker()) === 'one' && (await isHere()));
  const second = await controller('two');
  assert.equal((await first.receive('work', knock))?.status, 401);
  assert.equal(await second.receive('work', knock), null);
  await first.stop();
  await until('the second one speaks', async () => (await speaker()) === 'two' && (await isHere()));
  assert.equal((await second.receive('work', knock))?.status, 401);
});

test('of one that was taken for dead the network goes to another, and it falls silent itself', async () => {
  const first = await controller('one');
  await until('the first one speaks', async () => (await speaker()) === 'one' && (await isHere()));
  await sql`delete from controllers where id = 'one'`.execute(rig.world.db);
  await controller('two');
  await until('the second one speaks', async () => (await speaker()) === 'two');
  await until('the first one is silent', async () => (await first.receive('work', knock)) === null);
});

test('other settings are taken up, a removed network is left, and no list shows what opens it', async () => {
  const first = await controller('one');
  await until('we are here', isHere);
  const shown = JSON.stringify(await rig.handlers.listChatNetworks({}, asking()));
  for (const secret of Object.values(slackSecrets)) assert.equal(shown.includes(secret), false);
  const { botToken, signingSecret } = slackSecrets;
  const of = {
    network: 'work',
    botToken: `${botToken}-wrong`,
    signingSecret,
    apiUrl: slack.apiUrl,
  };
  await rig.handlers.putSlackNetwork(of, asking());
  await until('it is away', async () => !(await isHere()));
  await rig.handlers.removeChatNetwork({ network: 'work' }, asking());
  await until('it is left', async () => (await first.receive('work', knock)) === null);
});

test('what cannot work is refused before it is kept', async () => {
  const irc = (more: object) =>
    rig.handlers.putIrcNetwork(
      { network: 'irc', server: 'ircs://irc.test', nick: 'sb', ...more },
      asking(),
    );
  const refused = { code: 'chat/unusable-settings' };
  await assert.rejects(async () => irc({ server: 'https://irc.test' }), refused);
  await assert.rejects(async () => irc({ nick: 'two words' }), refused);
  await assert.rejects(async () => irc({ account: 'sb' }), refused);
  await assert.rejects(
    async () => irc({ server: 'irc://irc.test', account: 'sb', password: 'x' }),
    refused,
  );
  await assert.rejects(async () => irc({ serverPassword: 'a\r\nQUIT' }), refused);
  await assert.rejects(
    async () => rig.handlers.putSlackNetwork({ network: 'irc', botToken: 'x' }, asking()),
    refused,
  );
  await assert.rejects(
    async () => rig.handlers.addChatRoom({ network: 'none', room: '#a', app: 'shop' }, asking()),
    { code: 'chat/unknown-network' },
  );
  await assert.rejects(
    async () => rig.handlers.sayInChat({ network: 'work', room: '#a', text: 'x' }, asking()),
    { code: 'chat/unknown-room' },
  );
});
