import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import type { Speaker } from '../people/person.ts';
import { noPerson } from './delegate-vote.ts';
import { changeTrain, sayOfTrain } from './situation.ts';
import { namedTrain } from './train.ts';
import { forces } from './word-tables.ts';

/**
 * A release manager's word instead of everybody's: past missing answers, a no, and closed windows, not past a freeze.
 * Where the file asks for two, the second one decides. Repeatable. Refuses with `train/none`, `train/has-left`, and for two with `train/no-person`. Who may
 * is the caller's to see to.
 */
export async function forceTrain(
  world: World,
  order: { app: App; speaker: Speaker; reason: string },
): Promise<{ train: number; missing: number }> {
  return changeTrain(world, order.app, async (tx, { train }, now) => {
    const { name: by, isPerson } = order.speaker;
    // With tokens of nobody one person could be two.
    if (train.settings.forceBy > 1 && !isPerson) throw noPerson(order.speaker);
    const ballot = { train: train.id, commit: train.commit };
    const added = await forces.add(tx, ballot, { by, reason: order.reason, at: now });
    const missing = Math.max(0, train.settings.forceBy - (await forces.of(tx, ballot)).length);
    if (added > 0)
      await sayOfTrain(tx, train, {
        kind: 'train-forced',
        text: `${by} forces ${namedTrain(train)}: ${order.reason}${missing > 0 ? ' (one more release manager is needed)' : ''}`,
        data: { by, reason: order.reason, missing },
      });
    return { train: train.number, missing };
  });
}
