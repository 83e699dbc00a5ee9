import { dataStoreContract } from '../../src/stores/data-store.contract.ts';
import { inMemoryDataStore } from './in-memory-data-store.ts';

dataStoreContract('in memory', async () => {
  const store = inMemoryDataStore();
  return {
    store,
    migrate: async (key, version) => store.apply(key.name, version),
    close: async () => {},
  };
});
