import type { World } from '../environments/world.ts';
import type { Flow } from '../workflow/workflow.ts';
import { letIn } from './let-in.ts';
import { lookAtArrival, lookAtJourney, type Look } from './look-at-journey.ts';
import { lookAtWords } from './look-at-words.ts';
import { goOnTopic } from './train.ts';

/**
 * One departure: its commit is checked, built and carried through every stage before the last, those on board are
 * asked, and when they agree it goes into production. Whatever is said or done meanwhile is in rows; each look reads
 * them anew. Something taken off the train sends it through the stages again. Every ending is written down and told.
 */
export async function depart(
  flow: Flow,
  world: World,
  { train }: { train: string },
): Promise<void> {
  for (;;) {
    const travelled = await untilSeen(flow, 'see how far it has come', () =>
      lookAtJourney(world, train),
    );
    if (travelled === 'ended') return;
    const words = await untilSeen(flow, 'see what those on board say', () =>
      lookAtWords(world, train),
    );
    if (words === 'ended') return;
    if (words === 'agreed') break;
  }
  await flow.step('let it into production', () => letIn(world, train));
  await untilSeen(flow, 'see whether it has arrived', () => lookAtArrival(world, train));
}

/** Looks, and waits until something may have changed, until it sees one of what it looks for. */
async function untilSeen<Seen extends string>(
  flow: Flow,
  name: string,
  look: () => Promise<Look<Seen>>,
): Promise<Exclude<Seen, 'wait'>> {
  for (;;) {
    const seen: Look<string> = await flow.step(name, look);
    if (seen.kind !== 'wait') return seen.kind as Exclude<Seen, 'wait'>;
    await flow.waitFor(goOnTopic, { until: new Date((seen as { until: number }).until) });
  }
}
