import type { Config } from '../config/config.ts';
import type { App } from '../git/app.ts';
import { hostRequests, hostRows } from '../git/host-tables.ts';
import type { World } from './world.ts';

/**
 * With `for: requests`: why a branch has no preview, in words; null: a request of its own is open, so it has one.
 * Forks' requests count for nobody: whoever opens one has not been let in.
 */
export async function whyNoRequest(
  { db, clock }: Pick<World, 'db' | 'clock'>,
  app: App,
  branch: string,
): Promise<string | null> {
  const byHand = `signalbox env create ${branch}`;
  if ((await hostRows.get(db, app.id)) === null)
    return `no preview: environments.preview.for is requests, and ${app.name} has no code host that knows of any: signalbox host add ${app.name}; or ask for one: ${byHand}`;
  const request = await hostRequests.ofBranch(db, app.id, branch);
  if (request === null)
    return `no preview yet: it begins when a request is opened for ${branch}; or ask for one: ${byHand}`;
  // The push that is being planned makes it.
  if (request.previewAskedAt === null) await hostRequests.previewAsked(db, request, clock.now());
  return null;
}

/** What the file asks for that nobody obeys, because the app has no code host. */
export async function hostNotes(
  { db }: Pick<World, 'db'>,
  app: Pick<App, 'id' | 'name'>,
  config: Config,
): Promise<string[]> {
  if (config.pipeline.review === 0 || (await hostRows.get(db, app.id)) !== null) return [];
  return [
    `pipeline.review is valid but not active: ${app.name} has no code host that could say who approved what, so a merge counts as green without approvals. Add it: signalbox host add ${app.name}`,
  ];
}
