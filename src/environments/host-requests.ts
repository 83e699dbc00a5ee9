import { matchesBranch } from '../config/matches-branch.ts';
import { apps, type App } from '../git/app.ts';
import type { ChangeRequest } from '../git/host.ts';
import { hostRequests, hostRows, type HostRow, type KnownRequest } from '../git/host-tables.ts';
import { readConfig } from '../git/push.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { buildBranch } from './build-branch.ts';
import { condemn } from './destroy.ts';
import { environmentName, type Environment } from './environment.ts';
import { consultHost, isQuiet, type HostAnswer } from './host-answers.ts';
import { leases } from './setting-tables.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/** A request that stands in no list is closed when it does not in another, so much later: one answer may be wrong. */
const lookAgainAfterMs = 5000;

const running = new Map<string, Promise<HostAnswer<number>>>();
const waiting = new Map<string, Promise<HostAnswer<number>>>();

/** Every app with a host, all at once, so that none waits for another's. One that is down is left alone for a while. */
export async function syncAllRequests(world: World): Promise<void> {
  const hosts = (await hostRows.all(world.db)).filter((row) => !isQuiet(world, row));
  await Promise.all(
    hosts.map((row) =>
      syncRequests(world, row).catch((error: unknown) => {
        world.log(
          `requests of ${row.repository}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }),
    ),
  );
}

/**
 * What the host has open stands in our rows when it resolves, and with `for: requests` each has its preview on the
 * way, those that were closed are on their way out. The answer is how many are open. Repeatable; calls during a
 * running one share the one after it, so that a flood of webhook calls asks the host twice.
 */
export function syncRequests(world: World, row: HostRow): Promise<HostAnswer<number>> {
  const key = row.appId;
  const now = running.get(key);
  if (!now) return begin(world, row);
  const next = waiting.get(key) ?? now.then(ignore, ignore).then(() => begin(world, row));
  waiting.set(key, next);
  return next;
}

const ignore = (): void => undefined;

function begin(world: World, row: HostRow): Promise<HostAnswer<number>> {
  waiting.delete(row.appId);
  const work = sync(world, row).finally(() => running.delete(row.appId));
  running.set(row.appId, work);
  return work;
}

async function sync(world: World, row: HostRow): Promise<HostAnswer<number>> {
  const asked = world.clock.now();
  const answer = await consultHost(world, row, (host) => host.openRequests());
  if (answer.kind !== 'answered') return answer;
  const open = usable(answer.value);
  const missingBefore = new Date(asked.getTime() - lookAgainAfterMs);
  await hostRequests.see(world.db, row.appId, open, asked);
  const numbers = open.map(({ number }) => number);
  await hostRequests.miss(world.db, row.appId, { open: numbers, now: asked, missingBefore });
  await hostRows.asked(world.db, row.appId, asked);
  const app = await apps.byId(world.db, row.appId);
  if (app) await arrangePreviews(world, app);
  return { kind: 'answered', value: open.length };
}

/** What a row can hold; one of a number. */
function usable(requests: readonly ChangeRequest[]): ChangeRequest[] {
  const good = requests.filter(
    ({ number }) => Number.isInteger(number) && number > 0 && number < 2 ** 31,
  );
  const plain = good.map((one) => ({
    ...one,
    title: one.title.replaceAll('\u0000', '').slice(0, 500),
  }));
  return [...new Map(plain.map((one) => [one.number, one])).values()];
}

async function arrangePreviews(world: World, app: App): Promise<void> {
  for (const request of await hostRequests.open(world.db, app.id)) {
    if (request.fromFork || request.previewAskedAt !== null) continue;
    if (await isForRequests(world, app, request.branch)) await askForPreview(world, app, request);
  }
  for (const preview of await environments.living(world.db, app.id)) {
    if (preview.kind === 'preview' && preview.state !== 'destroying')
      await endWithRequest(world, app, preview);
  }
}

/** What the branch itself says, at its newest commit here; one that cannot be read says nothing. */
async function isForRequests(world: World, app: App, branch: string): Promise<boolean> {
  if (branch === app.mainBranch) return false;
  const commit = await world.repositories.head(app.name, branch);
  if (commit === null) return false;
  const read = await readConfig(world.repositories, { app, commit }).catch((error: unknown) => {
    if (error instanceof SignalboxError) return null;
    throw error;
  });
  if (read === null) return false;
  const { preview } = read.config.environments;
  return preview.for === 'requests' && !matchesBranch(preview.except, branch);
}

/** Once while it is open: whoever destroys it does not want it back before the next push. */
async function askForPreview(world: World, app: App, request: KnownRequest): Promise<void> {
  const { branch, number } = request;
  const known = await environments.byName(world.db, app.name, environmentName('preview', branch));
  if (known === null || known.state === 'destroyed') {
    try {
      await buildBranch(world, { app, branch, by: `request #${number}` });
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      world.log(`preview for request #${number} of ${app.name}: ${error.what}`);
      // It is asked for again at the next look: a node may be free then.
      return;
    }
  }
  // The one before it is still going: the next look makes the new one.
  if (known?.state === 'destroying') return;
  await hostRequests.previewAsked(world.db, request, world.clock.now());
}

/** A preview that was there before the request was closed goes with it, unless somebody keeps it. */
async function endWithRequest(world: World, app: App, preview: Environment): Promise<void> {
  const { id, branch, createdAt } = preview;
  const closed = await hostRequests.closedSince(world.db, app.id, { branch, since: createdAt });
  if (closed === null || (await leases.of(world.db, id)) !== null) return;
  if (!(await isForRequests(world, app, branch))) return;
  await condemn(world, preview, `request #${closed.number} was closed`);
}
