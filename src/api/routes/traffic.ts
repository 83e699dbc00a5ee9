import { findEnvironment } from '../../environments/find-environment.ts';
import { trafficOf } from '../../environments/show-traffic.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

const usualMinutes = 15;
/** What is kept. */
const mostMinutes = 7 * 24 * 60;

export function trafficHandlers(world: ApiWorld): Pick<Handlers, 'getTraffic'> {
  return {
    async getTraffic({ environment: address, minutes = usualMinutes }) {
      const { id, app, name } = await findEnvironment(world.db, address);
      const asked = Math.max(1, Math.min(minutes, mostMinutes));
      const shown = await trafficOf(world, { environment: id, minutes: asked });
      return { environment: `${app}/${name}`, ...shown };
    },
  };
}
