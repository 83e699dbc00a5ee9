import type { Queryable } from '../db/pool.ts';
import { deploys } from '../environments/environment-rows.ts';
import type { Deploy, Environment } from '../environments/environment.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { releases } from './rollback-tables.ts';

/**
 * The deploy of an environment that a person means: by its id, its number or the beginning of its commit; of several
 * with one commit the newest that had all requests. Refuses with `rollback/unknown-release`.
 */
export async function findRelease(
  db: Queryable,
  { id, app, name }: Pick<Environment, 'id' | 'app' | 'name'>,
  text: string,
): Promise<Deploy> {
  const [first] = await releases.named(db, id, text);
  const found = first && (await deploys.get(db, first.id));
  if (found) return found;
  throw new SignalboxError({
    code: 'rollback/unknown-release',
    what: `${app}/${name} has no deploy ${text}.`,
    why: 'A release is named by its number, its id, or at least four digits of its commit.',
    fix: [`signalbox deploys ${name}`],
  });
}
