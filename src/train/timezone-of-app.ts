import type { World } from '../environments/world.ts';
import { platform } from './platform-tables.ts';

/** The time zone of the app's timetable, in which people read and write its times; UTC where it has none. */
export async function timezoneOfApp(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  appId: string,
): Promise<string> {
  const newest = await platform.newest(db, appId, clock.now());
  return newest?.settings.timezone ?? 'UTC';
}
