import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type IrcPerson, ircPerson } from '../../../../test/support/irc-person.ts';
import { type IrcRig, ircRig, passwordOf } from '../../../../test/support/irc-rig.ts';
import { hasNgircd, ngircd } from '../../../../test/support/ngircd.ts';
import { type Listening, listening, until } from '../../network.contract.ts';
import type { IrcSettings } from './irc-settings.ts';

describe('whose word it is', { skip: !hasNgircd && 'ngircd is not installed' }, () => {
  let rig: IrcRig;
  let listener: Listening;
  let watcher: IrcPerson;

  beforeEach(async () => {
    rig = await ircRig({ links: [{ name: 'far.test' }] });
    listener = listening();
    watcher = await rig.person('watcher');
    await watcher.join('#shop');
  });
  afterEach(() => rig.close());

  const arrive = async (settings: Partial<IrcSettings> = {}) => {
    const network = rig.network(settings);
    await network.enter(['#shop']);
    network.start(listener);
    await watcher.sees(/^:signalbox!\S+ JOIN/);
    return network;
  };
  const person = async (nick: string, account?: string): Promise<IrcPerson> => {
    const one = await rig.person(nick, account);
    await one.join('#shop');
    return one;
  };
  /** Who said a text, once it is heard: [nick, account]. */
  const speakerOf = async (text: string) => {
    const find = () => listener.messages.find((one) => one.text === text);
    await until(`${text} is heard`, () => find() !== undefined);
    const from = find()?.from;
    return [from?.nick, from?.account];
  };

  test('a nick alone proves nothing', async () => {
    await arrive();
    const stranger = await person('bob');
    await stranger.say('#shop', '!good');
    assert.deepEqual(await speakerOf('!good'), ['bob', null]);
  });

  test('an account is known by any nick', async () => {
    await arrive();
    const ann = await person('somebody', 'ann');
    await ann.say('#shop', '!good');
    assert.deepEqual(await speakerOf('!good'), ['somebody', 'ann']);
  });

  test('who logs in after a refusal is known soon', async () => {
    await arrive();
    const ann = await person('ann');
    await ann.say('#shop', 'not yet');
    assert.deepEqual(await speakerOf('not yet'), ['ann', null]);
    await ann.login('ann', passwordOf('ann'));
    let tries = 0;
    await until('she is known', async () => {
      tries += 1;
      await ann.say('#shop', `try ${tries}`);
      return (await speakerOf(`try ${tries}`))[1] === 'ann';
    });
  });

  test('whoever takes a nick that was let go of, from the same host, is not its account', async () => {
    await arrive();
    const ann = await person('ann', 'ann');
    await ann.say('#shop', 'it is me');
    assert.deepEqual(await speakerOf('it is me'), ['ann', 'ann']);
    ann.send('NICK anna');
    await watcher.sees(/^:ann!\S+ NICK :?anna/);
    const thief = await ircPerson(rig.server.port, 'ann');
    await thief.join('#shop');
    await thief.say('#shop', '!good for real');
    assert.deepEqual(await speakerOf('!good for real'), ['ann', null]);
    await ann.say('#shop', 'under another nick');
    assert.deepEqual(await speakerOf('under another nick'), ['anna', 'ann']);
    await thief.leave();
  });

  test('who said something and left before the answer is nobody, whoever has the nick then', async () => {
    // So slow that the question waits behind what we say.
    const network = await arrive({ pace: { burst: 3, lineEveryMs: 400 } });
    const thief = await ircPerson(rig.server.port, 'ann');
    await thief.join('#shop');
    const saying = network.say('#shop', ['one', 'two', 'three']);
    await thief.say('#shop', '!good by a thief');
    thief.send('PART #shop');
    await watcher.sees(/^:ann!\S+ PART/);
    await thief.leave();
    const ann = await person('ann', 'ann');
    assert.deepEqual(await speakerOf('!good by a thief'), ['ann', null]);
    await ann.say('#shop', 'it is me');
    assert.deepEqual(await speakerOf('it is me'), ['ann', 'ann']);
    await saying;
  });

  test('out of our sight nobody is known, in a room again they are', async () => {
    await arrive();
    const ann = await rig.person('ann', 'ann');
    await ann.say('signalbox', 'from nowhere');
    assert.deepEqual(await speakerOf('from nowhere'), ['ann', null]);
    await ann.join('#shop');
    await ann.say('signalbox', 'from the room');
    assert.deepEqual(await speakerOf('from the room'), ['ann', 'ann']);
  });

  test('a log-out that nobody tells of counts after a while', async () => {
    let nowMs = Date.now();
    await arrive({ clock: { now: () => new Date(nowMs) }, believeForMs: 60_000 });
    const ann = await person('ann', 'ann');
    await ann.say('#shop', 'logged in');
    assert.deepEqual(await speakerOf('logged in'), ['ann', 'ann']);
    rig.services.logOut('ann');
    nowMs += 60_000;
    let tries = 0;
    await until('she is nobody', async () => {
      tries += 1;
      await ann.say('#shop', `try ${tries}`);
      const [, account] = await speakerOf(`try ${tries}`);
      nowMs += 60_000;
      return account === null;
    });
  });

  test('a netsplit takes the accounts of the other side with it', async () => {
    const far = await ngircd({
      name: 'far.test',
      links: [{ name: 'irc.test', port: rig.server.port }],
    });
    try {
      await until('the servers are linked', () =>
        rig.server.log().includes('"far.test" registered'),
      );
      await arrive();
      const ann = await ircPerson(far.port, 'ann');
      await ann.login('ann', passwordOf('ann'));
      await ann.join('#shop');
      await ann.say('#shop', 'from afar');
      assert.deepEqual(await speakerOf('from afar'), ['ann', 'ann']);
      await far.kill();
      await watcher.sees(/^:ann!\S+ QUIT/);
      const thief = await person('ann');
      await thief.say('#shop', '!good after the split');
      assert.deepEqual(await speakerOf('!good after the split'), ['ann', null]);
    } finally {
      await far.stop();
    }
  });
});
