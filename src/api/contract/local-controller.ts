import { join } from 'node:path';

/** What a running controller tells the CLI of the same machine and user. */
export interface LocalController {
  url: string;
  /** Absolute path of a file that holds an admin token, readable by its owner only. */
  tokenFile: string;
  pid: number;
}

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  root: boolean;
}

/** Inside a data directory. */
export const localControllerFile = 'controller.json';
export const adminTokenFile = 'admin-token';

/** SIGNALBOX_DATA, or where this user's data lies when nobody says otherwise. */
export function dataDirectory({ env, home, root }: Surroundings): string {
  if (env['SIGNALBOX_DATA']) return env['SIGNALBOX_DATA'];
  return root
    ? '/var/lib/signalbox'
    : join(env['XDG_DATA_HOME'] || join(home, '.local/share'), 'signalbox');
}

/** Where the CLI keeps what it was told by `signalbox login`, and where controllers leave word of themselves. */
export function configDirectory({ env, home }: Pick<Surroundings, 'env' | 'home'>): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'signalbox');
}
