import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { showTrain } from '../train/show-train.ts';
import { isOpen } from '../train/windows.ts';

/** Whether people may be written to alone now: in the hours in which trains of the app leave. */
export async function isWorkingTime(
  world: World,
  app: { id: string; name: string },
): Promise<boolean> {
  const shown = await showTrain(world, app).catch((error: unknown) => {
    if (error instanceof SignalboxError) return null;
    throw error;
  });
  return isOpen(shown?.train.settings.windows ?? null, world.clock.now());
}
