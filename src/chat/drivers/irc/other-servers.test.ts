import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { type Listening, listening, until } from '../../network.contract.ts';
import type { ChatNetwork } from '../../network.ts';
import { ircNetwork } from './irc-network.ts';
import type { IrcSettings } from './irc-settings.ts';
import { type Script, type ScriptedServer, scriptedServer } from './scripted-server.test-data.ts';

let server: ScriptedServer;
let network: ChatNetwork;
let listener: Listening;
beforeEach(() => {
  listener = listening();
});
afterEach(async () => {
  await network.stop();
  await server.close();
});

const connect = async (script: Script, settings: Partial<IrcSettings> = {}) => {
  server = await scriptedServer(script);
  network = ircNetwork({
    host: '127.0.0.1',
    port: server.port,
    tls: false,
    nick: 'signalbox',
    pace: { burst: 50, lineEveryMs: 5 },
    pauses: { firstMs: 20, mostMs: 100 },
    ...settings,
  });
  await network.enter(['#shop']);
  network.start(listener);
};
const isHere = () => until('we are here', () => listener.states.at(-1)?.state === 'here');
const account = { name: 'signalbox', password: 'right' };

test('SASL logs us in before we are there', async () => {
  await connect({ caps: 'sasl=PLAIN,EXTERNAL server-time', saslPassword: 'right' }, { account });
  await isHere();
  assert.ok(server.lines.some((line) => line === 'AUTHENTICATE PLAIN'));
});

test('a wrong password is a reason to be away, and is tried again', async () => {
  await connect({ caps: 'sasl', saslPassword: 'changed' }, { account });
  await until('it was tried again', () => server.arrivals() > 2);
  const [, away] = listener.states;
  assert.ok(away?.state === 'away' && away.why.includes('password was not accepted'));
});

test('the server password is not given away as an account password', async () => {
  await connect({ caps: 'sasl server-time' }, { password: 'of-the-house' });
  await isHere();
  server.send('AUTHENTICATE +');
  await network.say('#shop', ['hello']);
  assert.ok(!server.lines.some((line) => line.startsWith('AUTHENTICATE')));
});

test('where the server tags messages, its tags are account and id, and nobody is asked', async () => {
  await connect({ caps: 'account-tag message-tags batch' });
  await isHere();
  server.send('@account=Ann;msgid=abc :a!b@c PRIVMSG #shop :!good');
  server.send('@msgid=def :ann!b@c PRIVMSG #shop :!good too');
  server.send('@account=ann;msgid=' + 'x'.repeat(300) + ' :a!b@c PRIVMSG signalbox :!mine');
  await until('all are heard', () => listener.messages.length === 3);
  const [first, second, third] = listener.messages;
  assert.deepEqual([first?.id, first?.from.account], ['abc', 'ann']);
  assert.deepEqual([second?.id, second?.from.account], ['def', null]);
  assert.ok((third?.id.length ?? 201) <= 200);
  assert.ok(!server.lines.some((line) => line.startsWith('WHOIS')));
});

test('tags that the server did not promise prove nothing', async () => {
  await connect({});
  await isHere();
  server.send('@account=ann;msgid=abc :ann!b@c PRIVMSG #shop :!good');
  await until('it is heard', () => listener.messages.length === 1);
  assert.equal(listener.messages[0]?.from.account, null);
  assert.notEqual(listener.messages[0]?.id, 'abc');
});

test('what a bouncer plays back without ids is not heard a second time', async () => {
  await connect({ caps: 'batch account-tag message-tags' });
  await isHere();
  server.send(':fake.test BATCH +r1 chathistory #shop');
  server.send('@batch=r1;account=ann :ann!b@c PRIVMSG #shop :!good from yesterday');
  server.send('@batch=r1;account=ann;msgid=abc :ann!b@c PRIVMSG #shop :!good with an id');
  server.send(':fake.test BATCH -r1');
  server.send('@account=ann :ann!b@c PRIVMSG #shop :now');
  await until('the last is heard', () => listener.messages.at(-1)?.text === 'now');
  assert.deepEqual(
    listener.messages.map(({ text }) => text),
    ['!good with an id', 'now'],
  );
});

const endures = { burst: 20, lineEveryMs: 20 };
const flood = Array.from({ length: 100 }, (_, index) => `line ${index}`);

test('a flood of our own is not faster than the server endures', async () => {
  await connect({ endures }, { pace: { burst: 5, lineEveryMs: 25 } });
  await isHere();
  await network.say('#shop', flood);
  const said = server.lines.filter((line) => line.startsWith('PRIVMSG #shop'));
  assert.deepEqual(
    said,
    flood.map((line) => `PRIVMSG #shop :${line}`),
  );
  assert.equal(server.arrivals(), 1);
});

test('a pace above what the server endures is named as the reason to be away', async () => {
  const impatient = { burst: 20, lineEveryMs: 60_000 };
  await connect({ endures: impatient }, { pace: { burst: 1_000, lineEveryMs: 1 } });
  await isHere();
  await assert.rejects(network.say('#shop', [...flood, ...flood]), /Excess Flood/);
});

test('a server that is silent is away', async () => {
  await connect({}, { ping: { everyMs: 100_000, timeoutMs: 1_000 } });
  await until('it is away', () =>
    listener.states.some((one) => one.state === 'away' && one.why.includes('does not answer')),
  );
});

test('500 lines of nonsense do no harm', async () => {
  await connect({ caps: 'account-tag message-tags batch multi-prefix' });
  await isHere();
  const words = [
    'PRIVMSG',
    'NOTICE',
    'JOIN',
    'NICK',
    'CAP',
    'AUTHENTICATE',
    'BATCH',
    'MODE',
    'WHOIS',
    'KICK',
    'QUIT',
    'ACCOUNT',
    'TOPIC',
  ];
  const numerics = [
    '001',
    '005',
    '311',
    '318',
    '330',
    '332',
    '352',
    '353',
    '354',
    '366',
    '376',
    '401',
    '433',
    '482',
    '900',
    '903',
    '905',
  ];
  const rests = [
    '',
    ' ',
    ' :',
    ' signalbox',
    ' #shop',
    ' * LS',
    ' * NEW :',
    ' * DEL :batch',
    ' + +',
    ' #shop :\x01',
    ' #shop signalbox',
    ' signalbox CHANMODES',
    ' signalbox PREFIX=( STATUSMSG',
    ' :a b c',
    ' \x00\x03',
    ` ${'y '.repeat(50)}`,
  ];
  const prefixes = [
    '',
    ':',
    ':x ',
    ':@ ',
    ':! ',
    ':ann!b@c ',
    '@ ',
    '@=;;; :a!b@c ',
    '@batch=nope ',
    ':__proto__!x@y ',
  ];
  const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;
  for (let index = 0; index < 500; index += 1) {
    const command =
      index % 3 === 0
        ? pick(numerics, index * 7)
        : pick([...words, '', '\u0000', '__proto__', 'constructor'], index * 5);
    server.send(
      `${pick(prefixes, index * 11 + (index >> 3))}${command}${pick(rests, index * 13 + (index >> 4))}`,
    );
    if (index % 10 === 0) server.send(Buffer.concat([randomBytes(40), Buffer.from('\r\n')]));
  }
  await until('it hears as before', async () => {
    server.send('@account=ann :ann!b@c PRIVMSG signalbox :!good');
    server.send(':anybody!b@c PRIVMSG #shop :hello');
    return listener.messages.some(({ text, from }) => text === '!good' && from.account === 'ann');
  });
  await network.say('#shop', ['still here']);
});

test('a line without end is hung up on', async () => {
  await connect({});
  await isHere();
  server.send(Buffer.alloc(200_000, 'x'));
  await until('it came again', () => server.arrivals() > 1);
});
