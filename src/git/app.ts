import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Queryable } from '../db/pool.ts';
import { apps, type App } from './tables.ts';

/** The app of this name, or a refusal. One that is being removed counts as gone. */
export async function findApp(db: Queryable, name: string): Promise<App> {
  const app = await apps.byName(db, name);
  if (app) return app;
  throw new SignalboxError({
    code: 'app/unknown',
    what: `There is no app called ${name}.`,
    fix: [`signalbox app add ${name}`, 'signalbox app list'],
  });
}

export { apps, type App } from './tables.ts';
