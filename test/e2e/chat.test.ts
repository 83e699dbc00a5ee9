import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ChatNetworkShown } from '../../src/api/contract/chat.ts';
import { hasNgircd } from '../support/ngircd.ts';
import { ircRig, passwordOf, type IrcRig } from '../support/irc-rig.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import { slackSecrets, startSlackServer, type SlackServer } from '../support/slack-server.ts';

// Whole controllers on a real IRC server and on a workspace that calls them, set up by command line alone.
let signalbox: TestSignalbox;
let home = '';

before(async () => {
  signalbox = await testSignalbox();
  home = join(signalbox.directory, 'home');
  await mkdir(home);
});
after(() => signalbox?.end());

const shellOf = (controller: Controller): Shell =>
  shell({ controller, home, directory: signalbox.directory });

async function done(person: Shell, ...args: string[]): Promise<string> {
  const { code, out, err } = await person.signalbox(args);
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return out;
}

const kept = async (name: string, text: string): Promise<string> => {
  const file = join(home, name);
  await writeFile(file, text);
  return file;
};

const network = async (person: Shell, name: string): Promise<ChatNetworkShown> => {
  const { networks } = await person.json<{ networks: ChatNetworkShown[] }>('chat', 'list');
  const found = networks.find((one) => one.name === name);
  assert.ok(found);
  return found;
};

const isHere = (person: Shell, name: string): Promise<boolean> =>
  eventually(`we are on ${name}`, async () => {
    const { state, trouble } = await network(person, name);
    assert.equal(state, 'here', trouble ?? '');
    return true;
  });

describe('on IRC', { skip: hasNgircd ? false : 'no ngircd' }, () => {
  let irc: IrcRig;
  let controller: Controller;
  let admin: Shell;

  before(async () => {
    irc = await ircRig();
    controller = await signalbox.start();
    admin = shellOf(controller);
    await done(admin, 'app', 'add', 'shop');
    await done(admin, 'person', 'add', 'ann', '--role', 'developer', '--email', 'ann@example.com');
  });
  after(async () => {
    await controller?.kill();
    await irc?.close();
  });

  test('an admin brings it to a network and into a room, and no answer shows the password', async () => {
    const password = await kept('password', passwordOf('signalbox'));
    const ca = await kept('ca.pem', irc.server.ca);
    const place = [
      '--server',
      `ircs://localhost:${irc.server.tlsPort}`,
      '--nick',
      'signalbox',
      '--line-every',
      '50ms',
    ];
    const account = [
      '--sasl-user',
      'signalbox',
      '--password-file',
      password,
      '--nickserv',
      'NickServ',
    ];
    const added = await done(
      admin,
      'chat',
      'add',
      'irc',
      'irc',
      ...place,
      ...account,
      '--ca',
      ca,
      '--json',
    );
    assert.equal(added.includes(passwordOf('signalbox')), false);
    await done(admin, 'chat', 'room', 'add', 'irc', '#shop', '--app', 'shop');
    await isHere(admin, 'irc');
    const listed = await done(admin, 'chat', 'list');
    assert.match(listed, /#shop \(shop\)/);
    assert.equal(listed.includes(passwordOf('signalbox')), false);
  });

  test('whoever proves their account is obeyed; a nick that looks the same is not', async () => {
    const ann = await irc.person('ann', 'ann');
    await ann.join('#shop');
    const token = await admin.json<{ code: string }>('person', 'link', '--person', 'ann');
    await ann.sees(/signalbox.* JOIN|353 .*signalbox/);
    await ann.say('#shop', '!mine');
    await ann.sees(/nobody here is known by the account ann/);
    await ann.say('signalbox', `!verify ${token.code}`);
    await ann.sees(/PRIVMSG ann :ann is ann from now on/);
    await ann.say('#shop', '!freeze 2h fair');
    await ann.sees(/needs the role release-manager; ann has developer/);
    await ann.leave();
    const thief = await irc.person('ann');
    await thief.join('#shop');
    await thief.say('#shop', '!mine');
    await thief.sees(/a nick proves nothing/);
    await thief.leave();
  });

  test('what is decided by the command line shows in the room, also after the controller was killed', async () => {
    const bob = await irc.person('bob');
    await bob.join('#shop');
    await done(admin, 'freeze', 'shop', '--until', '2h', '--reason', 'the fair');
    await bob.sees(/PRIVMSG #shop :❄ .*the fair/);
    // What comes after it is said when it is known to have been said: nothing is in flight any more.
    await done(admin, 'chat', 'say', 'irc', '#shop', 'lunch');
    await bob.sees(/PRIVMSG #shop :.*: lunch/);
    await controller.kill('SIGKILL');
    controller = await signalbox.start();
    admin = shellOf(controller);
    await done(admin, 'unfreeze', 'shop');
    await bob.sees(/PRIVMSG #shop :.*may go to production again/);
    assert.equal(bob.lines.filter((line) => /❄/.test(line)).length, 1);
    await bob.leave();
  });

  test('a network that is away is said by doctor, and nothing waits for it', async () => {
    await irc.server.kill();
    await eventually('doctor says so', async () => {
      const { findings } = await controller.call<{ findings: { finding: string }[] }>(
        'GET',
        '/api/v1/doctor',
      );
      return findings.some(({ finding }) => finding === 'chat-away');
    });
    await done(admin, 'freeze', 'shop', '--until', '2h', '--reason', 'again');
  });
});

describe('on Slack that calls us', () => {
  let slack: SlackServer;
  let controller: Controller;
  let admin: Shell;

  before(async () => {
    slack = await startSlackServer();
    controller = await signalbox.start();
    admin = shellOf(controller);
    await done(admin, 'app', 'add', 'till');
  });
  after(async () => {
    await controller?.kill();
    await slack?.close();
  });

  test('signed requests are heard and answered, forged ones refused', async () => {
    const ann = slack.addUser('ann');
    const room = slack.addChannel('till');
    const door = `${controller.url}/api/v1/chat/slack/receive`;
    slack.sendTo(async ({ headers, body }) => {
      const answer = await fetch(door, {
        method: 'POST',
        headers: plain(headers),
        body: new Uint8Array(body),
      });
      return { status: answer.status, body: await answer.text() };
    });
    const bot = await kept('bot', slackSecrets.botToken);
    const secret = await kept('secret', slackSecrets.signingSecret);
    const files = ['--bot-token-file', bot, '--signing-secret-file', secret];
    await done(admin, 'chat', 'add', 'slack', 'slack', ...files, '--api-url', slack.apiUrl);
    await done(admin, 'chat', 'room', 'add', 'slack', '#till', '--app', 'till');
    await isHere(admin, 'slack');
    const forged = await fetch(door, { method: 'POST', body: '{"type":"event_callback"}' });
    assert.equal(forged.status, 401);
    await eventually('the bot is in the room', async () => slack.channel(room).members.size > 0);
    await slack.says(ann, room, '!mine');
    const texts = (): string[] => slack.channel(room).posts.map(({ text }) => text);
    await eventually('it is answered', async () =>
      texts().some((text) => /nobody here is known by the account T0000SHOP:/.test(text)),
    );
  });
});

const plain = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
