import { changed, rows, sql, type Queryable } from '../db/pool.ts';
import type { MigrationJudgement } from '../stores/migration-safety/migration-judgement.ts';

/** One migration that a deploy was going to run, as it was judged before. */
export interface KeptJudgement {
  store: string;
  /** All names that the ledger may have for it. */
  names: string[];
  judgement: MigrationJudgement;
}

export const migrationJudgements = {
  /** The last word of a deploy on a migration counts. */
  put: (
    db: Queryable,
    of: { environment: string; deploy: string },
    { store, names, judgement }: KeptJudgement,
  ) =>
    changed(
      db,
      sql`insert into migration_judgements (environment_id, deploy_id, store, path, names, judgement)
          values (${of.environment}, ${of.deploy}, ${store}, ${judgement.path}, ${names}::text[],
            ${JSON.stringify(judgement)}::jsonb)
          on conflict (deploy_id, store, path) do update set names = excluded.names,
            judgement = excluded.judgement, at = now()`,
    ),
  /** Those of an environment that a ledger knows by one of these names, newest first. */
  known: (db: Queryable, environmentId: string, names: readonly string[]) =>
    rows<KeptJudgement>(
      db,
      sql`select store, names, judgement from migration_judgements
          where environment_id = ${environmentId} and names && ${[...names]}::text[]
          order by at desc, path`,
    ),
};
