import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { inTransaction } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { people, type Speaker } from '../people/person.ts';
import { delegations } from './word-tables.ts';

/**
 * From now until then somebody else may answer for the speaker about trains of this app. Naming them again changes the
 * time. Refuses with `train/unknown-delegate`, and with `train/no-person` where the speaker is only a token.
 */
export async function delegateVote(
  world: Pick<World, 'db' | 'clock'>,
  order: { app: App; speaker: Speaker; to: string; forMs: number; reason: string | null },
): Promise<{ until: Date }> {
  const { app, speaker, reason } = order;
  if (!speaker.isPerson) throw noPerson(speaker);
  const name = order.to.replace(/^@/, '');
  const delegate = await people.byName(world.db, name);
  if (!delegate || delegate.name === speaker.name) throw unknownDelegate(name);
  const at = world.clock.now();
  const until = new Date(at.getTime() + order.forMs);
  await inTransaction(world.db, async (tx) => {
    const row = { voter: speaker.name, delegate: delegate.name, reason, until };
    await delegations.put(tx, app.id, { ...row, at });
    await publish(tx, {
      kind: 'train-delegated',
      app: app.name,
      text: `${delegate.name} may answer for ${speaker.name}${reason === null ? '' : `: ${reason}`}`,
      data: { ...row },
    });
  });
  return { until };
}

const unknownDelegate = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'train/unknown-delegate',
    what: `Nobody else here is called ${name.slice(0, 80)}.`,
    fix: ['See who there is: signalbox person list'],
  });

export const noPerson = ({ name }: Speaker): SignalboxError =>
  new SignalboxError({
    code: 'train/no-person',
    what: `The token "${name}" belongs to no person, and this has to be said by one.`,
    fix: ['Ask an admin: signalbox token create NAME --person PERSON'],
  });
