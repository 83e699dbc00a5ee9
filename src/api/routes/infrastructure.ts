import { findLiving } from '../../environments/find-environment.ts';
import { checkInfrastructure } from '../../pipeline/check-infrastructure.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

export function infrastructureHandlers(world: ApiWorld): Pick<Handlers, 'checkInfrastructure'> {
  return {
    async checkInfrastructure({ environment: address, file }, { signal }) {
      const environment = await findLiving(world.db, address);
      const checked = await checkInfrastructure(world, { environment, path: file, signal });
      const { path, commit, results } = checked;
      return {
        environment: `${environment.app}/${environment.name}`,
        file: path,
        commit,
        passed: results.every(({ passed }) => passed),
        results,
      };
    },
  };
}
