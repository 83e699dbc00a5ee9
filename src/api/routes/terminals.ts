import { findLiving } from '../../environments/find-environment.ts';
import { openConsole } from '../../environments/open-console.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

export function terminalHandlers(world: ApiWorld): Pick<Handlers, 'openTerminal'> {
  return {
    async openTerminal({
      environment: address,
      command = null,
      service = null,
      terminal = true,
      columns = 80,
      rows = 24,
    }) {
      const environment = await findLiving(world.db, address);
      return openConsole(world, environment, { command, service, terminal, columns, rows });
    },
  };
}
