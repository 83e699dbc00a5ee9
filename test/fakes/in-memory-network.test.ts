import { networkContract } from '../../src/chat/network.contract.ts';
import { inMemoryNetwork } from './in-memory-network.ts';

networkContract('the network in memory', async () => {
  const it = inMemoryNetwork();
  it.accounts.add('ann').add('bob');
  return {
    network: it.network,
    rooms: ['#shop', '#blog'],
    people: { ann: 'ann', bob: 'bob' },
    // Not waited for: a network has taken a message before anybody has heard it.
    says: async (account, room, text) => void it.says({ account, room, text }),
    said: (room) => it.said.filter((one) => one.room === room).map(({ line }) => line),
    told: (account) => it.told.filter((one) => one.account === account).map(({ line }) => line),
    cards: (room) => [...(it.cards.get(room)?.values() ?? [])].map(({ line }) => line),
    cut: async () => it.cut(),
    mend: async () => it.mend(),
    close: () => it.network.stop(),
  };
});
