import type { Plugin } from 'vite';

const stranger = /^node:|^zod$/;

/** What only Node has, and zod, end the build: Vite would put an empty module, or 40 KB, in their place. */
export const browserOnly = (): Plugin => ({
  name: 'signalbox:browser-only',
  resolveId: {
    order: 'pre',
    handler(id, importer) {
      if (stranger.test(id))
        this.error(`${importer} imports ${id}, which is nothing for a browser.`);
    },
  },
});
