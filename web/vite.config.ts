import { defineConfig } from 'vite';
import { browserOnly } from './build/browser-only.ts';
import { compressedBeside } from './build/compressed-beside.ts';
import { endpointsModule } from './build/endpoints-module.ts';
import { plainImports } from './build/plain-imports.ts';

/** What every screen needs comes at once: in one piece it is smaller. */
const base =
  /node_modules\/(@?preact|wouter|regexparam)|web\/src\/(data|frame|words|main|parts\/(?!log-view|chart)|screens\/(overview|sign-in|apps)\/)|src\/kernel|virtual:endpoints|preload-helper/;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [browserOnly(), endpointsModule(), plainImports(), compressedBeside()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // What these know is not written out for others: light-dark(), nesting.
    target: ['chrome130', 'firefox132', 'safari18'],
    sourcemap: false,
    // Nothing is inlined: the dashboard's Content-Security-Policy wants files.
    assetsInlineLimit: 0,
    modulePreload: false,
    // One style sheet: together they are smaller than apart.
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      // How long plugins take is the machine's business.
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups: [{ name: 'base', test: base }] } },
      // What a browser cannot load fails here and not there.
      onLog(level, { message }) {
        if (level === 'warn') throw new Error(message);
      },
    },
  },
});
