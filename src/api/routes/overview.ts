import { findApp } from '../../git/app.ts';
import { measureDelivery } from '../../train/delivery.ts';
import { overviewOf } from '../../train/overview.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';
import { shownOverview } from './shown-overview.ts';

const usualDays = 30;
const mostDays = 365;

export function overviewHandlers(world: ApiWorld): Pick<Handlers, 'getOverview' | 'getDelivery'> {
  return {
    async getOverview({ app: name }) {
      const app = await findApp(world.db, name);
      return shownOverview(app, await overviewOf(world, app));
    },

    async getDelivery({ app: name, days = usualDays }) {
      const app = await findApp(world.db, name);
      const shown = Math.max(1, Math.min(days, mostDays));
      return { app: app.name, ...(await measureDelivery(world, app, shown)) };
    },
  };
}
