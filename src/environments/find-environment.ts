import type { Queryable } from '../db/pool.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Environment } from './environment.ts';
import { apps } from '../git/app.ts';
import { environments } from './tables.ts';

export interface Address {
  app: string;
  name: string;
}

/** APP/NAME in its two parts; a NAME that is no stage is a branch. null: it is an id. */
export function parseAddress(text: string): Address | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const name = text.slice(slash + 1);
  const known = name === 'staging' || name === 'production' || /^(preview|stage)\//.test(name);
  return { app: text.slice(0, slash), name: known ? name : `preview/${name}` };
}

/**
 * The environment of an id or an address, also one that is gone; the main branch means staging. Refuses with
 * `environment/unknown`.
 */
export async function findEnvironment(db: Queryable, text: string): Promise<Environment> {
  const address = parseAddress(text);
  const found = address
    ? ((await environments.byName(db, address.app, address.name)) ?? (await ofMain(db, address)))
    : await environments.get(db, text);
  if (!found) throw unknown(text);
  return found;
}

async function ofMain(
  db: Queryable,
  { app: name, name: asked }: Address,
): Promise<Environment | null> {
  const app = await apps.byName(db, name);
  if (asked !== `preview/${app?.mainBranch}`) return null;
  return environments.byName(db, name, 'staging');
}

/** As findEnvironment, but refuses one that is gone or going. */
export async function findLiving(db: Queryable, text: string): Promise<Environment> {
  const found = await findEnvironment(db, text);
  if (found.state !== 'destroyed' && found.state !== 'destroying') return found;
  throw new SignalboxError({
    code: 'environment/not-found',
    what: `${found.app}/${found.name} is ${found.state === 'destroyed' ? 'gone' : 'being destroyed'}.`,
    why: found.destroyReason ?? undefined,
    fix: [again(found), `signalbox doctor ${found.app}/${found.name}`],
  });
}

const again = ({ kind, branch, name }: Environment): string =>
  kind === 'stage'
    ? 'Push again: a new candidate gets its own.'
    : kind === 'preview'
      ? `Make it anew: signalbox env create ${branch}`
      : `Make it anew: signalbox deploy ${name}`;

function unknown(text: string): SignalboxError {
  return new SignalboxError({
    code: 'environment/unknown',
    what: `There is no environment ${text}.`,
    fix: [
      'signalbox env list',
      ...(text.includes('/') ? [`Why not? signalbox doctor ${text}`] : []),
    ],
  });
}
