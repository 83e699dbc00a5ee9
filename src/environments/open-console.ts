import { newId } from '../kernel/id.ts';
import type { Terminal } from '../runtimes/runtime.ts';
import { settingsFor } from './create.ts';
import { names, type Environment } from './environment.ts';
import { notLive, unknownService } from './not-usable.ts';
import { deploys, environments } from './tables.ts';
import { environmentVariables } from './variables.ts';
import type { World } from './world.ts';

interface Wish {
  /** A command line for /bin/sh; null: a shell. */
  command: string | null;
  /** Whose limits it gets; null: those of the environment. */
  service: string | null;
  terminal: boolean;
  columns: number;
  rows: number;
}

// Without the machine's own start-up files, whose prompt names a user and a directory nobody knows.
const shell = 'if command -v bash >/dev/null 2>&1; then exec bash --norc; else exec sh; fi';
const promptOf = ({ app, name }: Environment): string => `${app}/${name} $ `;
const mostColumns = 1000;

/**
 * A command in the files of what serves, with its variables, data and limits. It ends with whoever asked
 * for it. Refuses where nothing serves yet (`environment/not-live`).
 */
export async function openConsole(
  world: World,
  environment: Environment,
  wish: Wish,
): Promise<Terminal> {
  const deploy =
    environment.deployId === null ? null : await deploys.get(world.db, environment.deployId);
  const config = await environments.config(world.db, environment.id);
  if (!deploy || !config) throw notLive(environment);
  const settings = settingsFor(config, environment);
  const theirs = wish.service === null ? null : settings.services[wish.service];
  if (wish.service !== null && !theirs)
    throw unknownService(environment, wish.service, Object.keys(config.services));
  const { all } = await environmentVariables(world, { environment, config, commit: deploy.commit });
  return world.runtime.openTerminal({
    id: `console-${newId()}`,
    owner: names.owner(environment.id),
    isolation: names.isolation(environment.id),
    workspace: names.workspace(deploy.id),
    run: wish.command ?? shell,
    variables: wish.terminal ? { TERM: 'xterm-256color', PS1: promptOf(environment), ...all } : all,
    size: theirs?.size ?? settings.size,
    terminal: wish.terminal,
    columns: Math.min(Math.max(wish.columns, 1), mostColumns),
    rows: Math.min(Math.max(wish.rows, 1), mostColumns),
  });
}
