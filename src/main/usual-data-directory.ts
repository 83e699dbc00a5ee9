import { homedir } from 'node:os';
import { dataDirectory } from '../api/contract/local-controller.ts';

/** Where this user's data lies unless told: the same for `up`, `down` and `gateway`. */
export function usualDataDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return dataDirectory({ env, home: env['HOME'] || homedir(), root: process.getuid?.() === 0 });
}
