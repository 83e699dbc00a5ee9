import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasNgircd, ngircd, type Ngircd } from '../support/ngircd.ts';
import { ircPerson, type IrcPerson } from '../support/irc-person.ts';
import { ircServices, type IrcServices } from '../support/irc-services.ts';
import { keptTranscript } from '../support/kept-transcript.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { done, trainStory, type TrainStory } from '../support/train-story.ts';

// A day of trains over a real IRC server. What the room sees is what docs/guides/trains.md shows.
const skip = hasNgircd ? false : 'ngircd is not installed';
const passwordOf = (account: string): string => `secret of ${account}`;
const people = { ann: 'developer', bob: 'developer', rita: 'release-manager' } as const;
const room = '#shop';

let server: Ngircd;
let services: IrcServices;
let story: TrainStory;
const here: Record<string, IrcPerson> = {};
const person = (name: string): IrcPerson => {
  const found = here[name];
  if (!found) throw new Error(`${name} is not there`);
  return found;
};

before(async () => {
  if (skip) return;
  server = await ngircd();
  const accounts = [...Object.keys(people), 'signalbox'];
  services = await ircServices(
    server.port,
    Object.fromEntries(accounts.map((account) => [account, passwordOf(account)])),
  );
  story = await trainStory({
    train: 'approval: authors, answer-within: 45m',
    people,
    more: 'environments: { preview: { for: command, nodes: 2 } }',
  });
  await connect();
  // Sees what anybody sees; nobody knows her.
  here['eve'] = await ircPerson(server.port, 'eve');
  await person('eve').join(room);
  for (const name of Object.keys(people)) await arrive(name);
});

after(async () => {
  for (const one of Object.values(here)) await one.leave();
  await story?.end();
  await services?.stop();
  await server?.stop();
});

async function connect(): Promise<void> {
  const { directory } = story.signalbox;
  await writeFile(join(directory, 'password'), passwordOf('signalbox'));
  await writeFile(join(directory, 'ca.pem'), server.ca);
  const where = [
    '--server',
    `ircs://localhost:${server.tlsPort}`,
    '--ca',
    join(directory, 'ca.pem'),
  ];
  const who = ['--nick', 'signalbox', '--sasl-user', 'signalbox', '--nickserv', 'NickServ'];
  const how = ['--password-file', join(directory, 'password'), '--line-every', '50ms'];
  await done(story.admin, ['chat', 'add', 'office', 'irc', ...where, ...who, ...how]);
  await done(story.admin, ['chat', 'room', 'add', 'office', room, '--app', 'shop']);
}

/** Logged in at the network, in the room, and linked to their person by a code said to us alone. */
async function arrive(name: string): Promise<void> {
  const one = await ircPerson(server.port, name);
  here[name] = one;
  await one.login(name, passwordOf(name));
  await one.join(room);
  await one.sees(/ 353 .*signalbox|^:signalbox!\S+ JOIN/);
  const { code } = await story.as(name).json<{ code: string }>('person', 'link');
  await one.say('signalbox', `!verify ${code}`);
  await one.sees(/^:signalbox!\S+ PRIVMSG \S+ :.*from now on/i);
}

const said = (words: string): RegExp => new RegExp(`^:signalbox!\\S+ PRIVMSG ${room} :.*${words}`);

/** Somebody says something in the room, and sees what comes of it. */
async function says(name: string, text: string, answer: string): Promise<void> {
  const seen = person('eve').lines.length;
  await person(name).say(room, text);
  await seesFrom(seen, answer);
}

async function seesFrom(seen: number, words: string): Promise<string> {
  return eventually(
    `the room sees ${words}`,
    async () => {
      const found = person('eve')
        .lines.slice(seen)
        .find((line) => said(words).test(line));
      if (found) return found;
      throw new Error(person('eve').lines.slice(-8).join('\n'));
    },
    180_000,
  );
}

test('two authors say good in chat, and production has it', { skip }, async () => {
  const subject = 'the cart (#1)\n\nCo-authored-by: bob <bob@example.com>';
  const commit = await story.change('ann', { 'a.txt': '1' }, subject);
  await story.nextDeparture();
  await seesFrom(0, 'ready for production');
  await says('ann', '!good', 'waits for bob');
  await says('bob', '!good', 'has arrived in production');
  assert.equal(await story.served('production'), commit);
});

test('one says no, takes the change off, and what is left goes', { skip }, async () => {
  await story.change('ann', { 'copy.txt': '1' }, 'a kinder text (#2)');
  await story.change('bob', { 'basket.txt': '1' }, 'a new basket (#3)');
  const seen = person('eve').lines.length;
  await story.nextDeparture();
  await seesFrom(seen, 'ready for production');
  await says('ann', '!good', 'waits for bob');
  await says('bob', '!bad #3 it is empty after a reload', 'Options: !eject #3');
  assert.equal((await story.train()).state, 'blocked');
  await says('bob', '!eject #3 because I mend it tomorrow', 'has arrived in production');
  const { votes, commit } = await story.train();
  assert.equal(await story.served('production'), commit);
  assert.ok(votes.some(({ voter, via }) => voter === 'ann' && via === 'kept'));
});

test(
  'whoever takes an author’s nick has no word, and hears how to have one',
  { skip },
  async () => {
    const seen = person('eve').lines.length;
    await story.change('ann', { 'copy.txt': '2' }, 'the kindest text (#4)');
    await story.nextDeparture();
    await seesFrom(seen, 'ready for production');
    const thief = person('eve');
    person('ann').send('NICK ann_away');
    await person('ann').settled();
    thief.send('NICK ann');
    await thief.settled();
    await says('eve', '!good', 'log in|logged in|not known|nobody');
    assert.deepEqual((await story.train()).votes, []);
    thief.send('NICK eve');
    await thief.settled();
    person('ann').send('NICK ann');
    await person('ann').settled();
  },
);

test('nobody answers: it is held, and a release manager forces it', { skip }, async () => {
  const seen = person('eve').lines.length;
  await story.later(23 * 60_000);
  await seesFrom(seen, 'minutes left');
  await story.later(23 * 60_000);
  await seesFrom(seen, 'no answer in time');
  await says('ann', '!force I am in a hurry', 'needs the role release-manager');
  await says('rita', '!force the shop is down', 'has arrived in production');
  assert.equal((await story.train()).state, 'arrived');
});

test('frozen, nothing leaves until it is lifted', { skip }, async () => {
  const seen = person('eve').lines.length;
  const commit = await story.change('ann', { 'price.txt': '1' }, 'prices (#5)');
  await says('rita', '!freeze 5h the fair', 'No train of shop goes to production|frozen');
  await story.nextDeparture();
  await says('ann', '!next', 'It is kept: frozen by rita');
  assert.notEqual((await story.train()).commit, commit);
  await says('rita', '!unfreeze', 'ready for production');
  await says('ann', '!good', 'has arrived in production');
  assert.equal(await story.served('production'), commit);
  assert.ok(person('eve').lines.length > seen);
});

test(
  'what has arrived is undone with a word, and its lane stays locked until another',
  { skip },
  async () => {
    const arrived = await story.served('production');
    const goesBack = 'goes back, and the old release starts again: from deploy [0-9]+';
    await says('bob', '!rollback production prices are wrong', goesBack);
    await eventually('the release before serves', async () => {
      const served = await story.served('production');
      return served !== null && served !== arrived;
    });
    await says('bob', '!who production', 'Locked by bob: prices are wrong');
    await says('rita', '!unlock production', 'is open again');
  },
);

test(
  'one leaves between times, and its author takes the change back, off main, too',
  { skip },
  async () => {
    await story.change('ann', { 'price.txt': '2' }, 'better prices (#6)');
    await says('ann', '!depart', 'needs the role release-manager');
    const seen = person('eve').lines.length;
    await says('rita', '!depart', 'leaves with [0-9a-f]{7}');
    await seesFrom(seen, 'ready for production');
    const anew = person('eve').lines.length;
    await says('ann', '!revert #6 because of the tax', 'On the main branch: [0-9a-f]{7} Revert ');
    await story.app.git('fetch', '--quiet', 'signalbox', 'main');
    const newest = await story.app.git('log', '-1', '--format=%s', 'FETCH_HEAD');
    assert.match(newest, /^Revert "better prices/);
    await seesFrom(anew, 'is ready for production');
    // What the rollback took out of production is still on board.
    await says('ann', '!good', 'has arrived in production');
    const { changes } = await story.train();
    assert.deepEqual(
      changes.map(({ number, ejected }) => [number, ejected?.by ?? null]),
      [
        [5, null],
        [6, 'ann'],
      ],
    );
  },
);

test('a branch is built on a node; built again it keeps its node', { skip }, async () => {
  await story.app.write({ 'page.txt': '1' });
  await story.app.commit('new-page', 'a new page');
  await story.app.push('signalbox', 'new-page');
  await says('bob', '!bb new-page', 'node 1.*http://node-1--shop');
  await says('bob', '!bb new-page', 'node 1.*http://node-1--shop');
  await eventually('the node serves the branch', async () => {
    const { status } = await visit(story.signalbox.gatewayPort, 'node-1--shop.localhost');
    return status === 200;
  });
});

test('what the room saw is what the guide shows', { skip }, async () => {
  const lines = person('eve').lines.flatMap((line) => {
    const [, nick = '', text = ''] = /^:([^!]+)!\S+ PRIVMSG #shop :(.*)$/.exec(line) ?? [];
    return nick === '' ? [] : [`<${nick}> ${text}`];
  });
  await keptTranscript(lines);
});
