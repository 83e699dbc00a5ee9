import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Environment } from './environment.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

interface Overrides {
  set: Readonly<Record<string, string>>;
  unset: readonly string[];
}

const mostVariables = 500;
const largestBytes = 512 * 1024;

/**
 * The environment's own variables, over those of its file, are as asked when it resolves; its next deploy
 * sees them. Repeatable, and two at once lose nothing of each other. Refuses names that are Signalbox's own.
 */
export async function overrideVariables(
  world: Pick<World, 'db'>,
  { id }: Pick<Environment, 'id'>,
  { set, unset }: Overrides,
): Promise<Record<string, string>> {
  for (const name of Object.keys(set)) if (isReserved(name)) throw reserved(name);
  const changed = await upkeep.overrideVariables(world.db, id, {
    set,
    unset,
    largestBytes,
    mostVariables,
  });
  if (!changed) throw tooMuch();
  return changed.variables;
}

export const isReserved = (name: string): boolean => name === 'PORT' || /^SIGNALBOX_/i.test(name);

const reserved = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'variable/reserved',
    what: `${name} was not set: Signalbox sets it itself.`,
    fix: ['Choose a name that is not PORT and does not begin with SIGNALBOX_.'],
  });

const tooMuch = (): SignalboxError =>
  new SignalboxError({
    code: 'variable/too-much',
    what: 'These variables were not set: it would be too much for one environment.',
    why: `It may have ${mostVariables} variables of its own, ${largestBytes / 1024} KiB in all.`,
    fix: ['Unset what is not needed, or put it into a file of the app.'],
  });
