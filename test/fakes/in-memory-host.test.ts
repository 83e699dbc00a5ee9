import { hostContract } from '../../src/git/host.contract.ts';
import { inMemoryHost } from './in-memory-host.ts';

hostContract('the host in memory', async () => ({
  ...inMemoryHost(),
  close: async () => undefined,
}));
