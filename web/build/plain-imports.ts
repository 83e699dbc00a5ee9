import type { Plugin } from 'vite';

/** Vite loads with a chunk what the chunk needs, by a kilobyte of code; ours need nothing else. */
export const plainImports = (): Plugin => ({
  name: 'signalbox:plain-imports',
  load: {
    order: 'pre',
    handler: (id) =>
      id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : null,
  },
});
