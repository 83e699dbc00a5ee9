import { describe } from 'node:test';
import { hasNgircd } from '../../../../test/support/ngircd.ts';
import { ircRig } from '../../../../test/support/irc-rig.ts';
import { networkContract } from '../../network.contract.ts';

describe('IRC with a real ngircd', { skip: !hasNgircd && 'ngircd is not installed' }, () => {
  networkContract('the IRC driver', async () => {
    const rig = await ircRig();
    const watcher = await rig.person('watcher');
    const people = new Map([
      ['ann', await rig.person('ann', 'ann')],
      ['bob', await rig.person('bob', 'bob')],
    ]);
    const everybody = [watcher, ...people.values()];
    for (const one of everybody) for (const room of ['#shop', '#blog']) await one.join(room);
    const heardBy = (person: { lines: string[] } | undefined, target: string): string[] =>
      (person?.lines ?? [])
        .flatMap(
          (line) => /^:signalbox!\S+ PRIVMSG (\S+) :(.*)$/.exec(line)?.slice(1, 3).join(' ') ?? [],
        )
        .filter((line) => line.startsWith(`${target} `))
        .map((line) => line.slice(target.length + 1));
    return {
      network: rig.network(),
      rooms: ['#shop', '#blog'],
      people: { ann: 'ann', bob: 'bob' },
      says: async (account, room, text) => people.get(account)?.say(room ?? 'signalbox', text),
      said: (room) => heardBy(watcher, room),
      told: (account) => heardBy(people.get(account), account),
      cards: (room) =>
        watcher.lines
          .flatMap((line) => new RegExp(` TOPIC ${room} :(.*)$`).exec(line)?.[1] ?? [])
          .slice(-1),
      cut: rig.line.cut,
      mend: rig.line.mend,
      close: rig.close,
    };
  });
});
