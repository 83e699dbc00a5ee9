import { deliverToHosts } from '../environments/deliver-to-host.ts';
import type { HandOver } from '../environments/follow-push.ts';
import { syncAllRequests } from '../environments/host-requests.ts';
import { lookForReviews } from '../environments/host-review.ts';
import { noteForHosts } from '../environments/report-to-host.ts';
import type { World } from '../environments/world.ts';
import type { Duty } from '../workflow/duty.ts';
import type { Rhythm } from './duties.ts';

/** Code hosts are told what happened, and asked what they know: a webhook call that was lost costs a minute. */
export function hostDuties(
  world: World,
  handOver: HandOver,
  rhythm: Pick<Rhythm, 'reconcileMs' | 'syncMs'>,
): Duty[] {
  return [
    {
      name: 'tell code hosts',
      everyMs: Math.min(5000, rhythm.reconcileMs),
      work: async () => {
        await noteForHosts(world);
        await deliverToHosts(world);
      },
    },
    {
      name: 'ask code hosts',
      everyMs: rhythm.syncMs,
      work: async () => {
        await syncAllRequests(world);
        await lookForReviews(world, handOver);
      },
    },
  ];
}
