import type { App } from '../git/app.ts';
import type { HostNews } from '../git/host.ts';
import { hostRows } from '../git/host-tables.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { syncRequests } from './host-requests.ts';
import { reviewWaits } from './host-review-tables.ts';
import { syncApp } from './sync-app.ts';
import type { World } from './world.ts';

/**
 * Looks at the host because it says that there is news; what they are is read there. Returns at once. Called twice,
 * late or never it changes nothing: duties look by themselves.
 */
export function noteHostNews(world: World, app: App, news: HostNews): void {
  if (news.kind === 'nothing') return;
  if (news.kind === 'branches' && app.source !== null) later(world, app, () => syncApp(world, app));
  later(world, app, async () => {
    const row = await hostRows.get(world.db, app.id);
    if (row) await syncRequests(world, row);
    // Whoever waits for approvals is looked at with the next turn of the duty.
    await reviewWaits.hurry(world.db, app.id, world.clock.now());
  });
}

function later(world: World, app: App, work: () => Promise<unknown>): void {
  work().catch((error: unknown) => {
    const words = error instanceof SignalboxError ? error.what : String(error);
    world.log(`news of ${app.name}: ${words}`);
  });
}
