import { runtimeContract } from '../../src/runtimes/runtime.contract.ts';
import { inMemoryRuntime } from './in-memory-runtime.ts';

runtimeContract('the runtime in memory', async () => {
  const runtime = inMemoryRuntime();
  return { runtime, another: async () => runtime, close: () => runtime.endAll() };
});
