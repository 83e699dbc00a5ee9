import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { changeTrain, sayOfTrain } from './situation.ts';
import { trains } from './tables.ts';
import { namedTrain } from './train.ts';
import { holds } from './word-tables.ts';

const longestMs = 7 * 86_400_000;

/**
 * The train does not go into production before the hold is over or lifted; nobody's answer is lost. Holds add up.
 * Refuses with `train/none`, `train/has-left`, `train/hold-too-long`.
 */
export async function holdTrain(
  world: World,
  order: { app: App; speaker: Speaker; forMs: number; reason: string },
): Promise<{ train: number; until: Date }> {
  if (order.forMs > longestMs || order.forMs < 1000) throw tooLong(order.app.name);
  return changeTrain(world, order.app, async (tx, { train }, now) => {
    const until = new Date(now.getTime() + order.forMs);
    const { name: by } = order.speaker;
    await holds.add(tx, train.id, { by, reason: order.reason, at: now, until });
    await trains.answersNotBefore(tx, train.id, until);
    await sayOfTrain(tx, train, {
      kind: 'train-held',
      text: `${by} holds ${namedTrain(train)}: ${order.reason}`,
      data: { by, reason: order.reason, until },
    });
    return { train: train.number, until };
  });
}

/** Repeatable; refuses with `train/not-held` where there is no hold. */
export async function unholdTrain(
  world: World,
  order: { app: App; speaker: Speaker },
): Promise<{ train: number }> {
  return changeTrain(world, order.app, async (tx, { train, holds: open }, now) => {
    const { name: by } = order.speaker;
    if ((await holds.lift(tx, train.id, { by, at: now })) === 0) throw notHeld(train);
    const reasons = open.map((hold) => `${hold.by}: ${hold.reason}`);
    await sayOfTrain(tx, train, {
      kind: 'train-unheld',
      text: `${by} lets ${namedTrain(train)} go on (${reasons.join('; ')})`,
      data: { by },
    });
    return { train: train.number };
  });
}

const tooLong = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'train/hold-too-long',
    what: 'A train is held for a second at least and seven days at most.',
    fix: [
      `signalbox train hold ${app} --for 2h --reason "…"`,
      `For longer, a freeze: signalbox freeze ${app} --until … --reason "…"`,
    ],
  });

const notHeld = (train: { app: string; number: number }): SignalboxError =>
  new SignalboxError({
    code: 'train/not-held',
    what: `Nobody holds ${namedTrain(train)}.`,
    fix: [`signalbox train ${train.app}`],
  });
