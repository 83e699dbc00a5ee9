import { findApp } from '../../git/app.ts';
import { freezeApp, freezesOf, liftFreezes, type Freeze } from '../../train/freeze.ts';
import { shownInstant } from '../../train/local-time.ts';
import { readEnd } from '../../train/read-end.ts';
import { timezoneOfApp } from '../../train/timezone-of-app.ts';
import type { ShownFreeze } from '../contract/freezes.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listFreezes' | 'freezeApp' | 'unfreezeApp';

export function freezeHandlers(world: ApiWorld): Pick<Handlers, Names> {
  const found = async (name: string) => {
    const app = await findApp(world.db, name);
    return { app, timezone: await timezoneOfApp(world, app.id) };
  };
  return {
    async listFreezes({ app: name }) {
      const { app, timezone } = await found(name);
      const inForce = await freezesOf(world.db, app.id, world.clock.now());
      return { freezes: inForce.map((freeze) => shown(freeze, timezone)) };
    },

    async freezeApp({ app: name, until: text, reason }, { actor }) {
      const { app, timezone } = await found(name);
      const until = readEnd(text, { now: world.clock.now(), timezone });
      return shown(await freezeApp(world, { app, by: actor.name, until, reason }), timezone);
    },

    async unfreezeApp({ app: name }, { actor }) {
      const { app, timezone } = await found(name);
      const lifted = await liftFreezes(world, { app, by: actor.name });
      return { lifted: lifted.map((freeze) => shown(freeze, timezone)) };
    },
  };
}

const shown = (freeze: Freeze, timezone: string): ShownFreeze => ({
  ...freeze,
  ends: shownInstant(freeze.until, timezone),
});
