import type { Plugin } from 'vite';
import { all } from '../../src/api/contract/all.ts';

const name = 'virtual:endpoints';
const resolved = `\0${name}`;

/**
 * `virtual:endpoints`: of each endpoint of the contract what a browser needs to call it, and nothing of how its
 * answers are checked. Those that nobody imports stay out of the bundle.
 */
export const endpointsModule = (): Plugin => ({
  name: 'signalbox:endpoints',
  resolveId: (id) => (id === name ? resolved : null),
  load: (id) => (id === resolved ? endpointsText() : null),
});

function endpointsText(): string {
  const lines = Object.entries(all).map(([key, { method, path, role }]) => {
    return `export const ${key} = ${JSON.stringify([key, method, path, role])};`;
  });
  return lines.join('\n');
}
