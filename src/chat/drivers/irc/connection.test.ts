import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type IrcRig, ircRig, passwordOf } from '../../../../test/support/irc-rig.ts';
import { hasNgircd } from '../../../../test/support/ngircd.ts';
import { testAuthority } from '../../../../test/support/test-certificates.ts';
import { type Listening, listening, until } from '../../network.contract.ts';
import type { Connection } from '../../network.ts';

describe(
  'the connection to an IRC server',
  { skip: !hasNgircd && 'ngircd is not installed' },
  () => {
    let rig: IrcRig;
    let listener: Listening;
    beforeEach(async () => {
      rig = await ircRig();
      listener = listening();
    });
    afterEach(() => rig.close());

    const isHere = () => until('we are here', () => listener.states.at(-1)?.state === 'here');
    const isAwayFor = async (reason: RegExp) => {
      const fits = (state: Connection): boolean => state.state === 'away' && reason.test(state.why);
      await until(`away: ${reason.source}`, () => listener.states.some(fits));
      assert.ok(listener.states.every(({ state }) => state === 'away'));
    };

    test('a certificate of an unknown authority is refused, with the reason', async () => {
      rig.network({ ca: testAuthority('another').certificate }).start(listener);
      await isAwayFor(/certificate was not accepted/);
    });

    test('a certificate for another host is refused', async () => {
      rig.network({ host: '127.0.0.1' }).start(listener);
      await isAwayFor(/certificate was not accepted/);
    });

    test('without TLS when it is told so', async () => {
      rig.network({ tls: false, port: rig.server.port }).start(listener);
      await isHere();
    });

    test('a server that dies is away until it is back, and its rooms are entered again', async () => {
      const network = rig.network();
      await network.enter(['#shop']);
      network.start(listener);
      await isHere();
      await rig.server.kill();
      await until('it is away', () => listener.states.at(-1)?.state === 'away');
      await rig.server.start();
      const watcher = await rig.person('watcher');
      await watcher.join('#shop');
      await isHere();
      await until('it is in its room', async () => {
        await watcher.say('#shop', 'are you there?');
        return listener.messages.length > 0;
      });
    });

    test('a nick in use gets a tail, and is ours when it is free', async () => {
      const other = await rig.person('signalbox');
      const watcher = await rig.person('watcher');
      await watcher.join('#shop');
      const network = rig.network();
      await network.enter(['#shop']);
      network.start(listener);
      await watcher.sees(/^:signalbox_!\S+ JOIN/);
      await other.leave();
      await watcher.sees(/^:signalbox_!\S+ NICK :?signalbox$/);
      await watcher.say('signalbox', 'hello');
      await until('it is heard', () => listener.messages.length === 1);
      assert.equal(listener.messages[0]?.room, null);
    });

    test('where there is no SASL, NickServ is told the password, if it is named', async () => {
      const account = { name: 'signalbox', password: passwordOf('signalbox') };
      rig.network({ account: { ...account, nickServ: 'NickServ' } }).start(listener);
      await until('services know us', () => rig.services.asked.length > 0);
      assert.deepEqual(rig.services.asked, [{ nick: 'signalbox', account: 'signalbox' }]);
    });

    test('where there is no SASL and no NickServ is named, nobody is told the password', async () => {
      const account = { name: 'signalbox', password: passwordOf('signalbox') };
      rig.network({ account }).start(listener);
      await isAwayFor(/no SASL/);
      assert.deepEqual(rig.services.asked, []);
    });

    test('who was thrown out of a room comes back', async () => {
      const chair = await rig.person('chair');
      await chair.join('#own');
      const network = rig.network();
      await network.enter(['#own']);
      network.start(listener);
      await chair.sees(/^:signalbox!\S+ JOIN/);
      chair.lines.length = 0;
      chair.send('KICK #own signalbox :out');
      await chair.sees(/^:signalbox!\S+ JOIN/);
    });
  },
);

describe('a server with a password', { skip: !hasNgircd && 'ngircd is not installed' }, () => {
  test('lets us in with it, and is away without', async () => {
    const rig = await ircRig({ password: 'of the house' });
    try {
      const [welcome, refused] = [listening(), listening()];
      rig.network({ password: 'of the house' }).start(welcome);
      await until('we are here', () => welcome.states.at(-1)?.state === 'here');
      rig.network({ nick: 'other', password: 'guessed' }).start(refused);
      await until('it is refused', () => refused.states.length > 1);
      assert.ok(refused.states.every(({ state }) => state === 'away'));
    } finally {
      await rig.close();
    }
  });
});
