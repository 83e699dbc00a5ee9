import { z } from 'zod';
import { fields } from './fields.ts';

const sql = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

const addressVariable = fields.variableName.meta({
  description: "The variable that gets the store's address.",
});

const postgres = z
  .strictObject({
    variable: addressVariable.default('DATABASE_URL'),
    migrate: fields.command
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'Brings the database to the state this commit needs. Repeatable.',
        examples: ['npm run migrate'],
      }),
    'migrate-timeout': fields
      .duration({ least: '1s', most: '1d' })
      .meta({ description: 'The longest the migrations may take.', examples: ['10m'] })
      .prefault('10m'),
    ledger: z
      .string()
      .regex(sql, { error: 'write the name of a table, for example schema_migrations' })
      .default('schema_migrations')
      .meta({ description: 'The table in which the migrations note what they have applied.' }),
  })
  .meta({ description: 'A PostgreSQL database of its own.' });

const redis = z.strictObject({ variable: addressVariable.default('REDIS_URL') }).meta({
  description: 'A Redis of its own. It starts empty.',
});

const solr = z.strictObject({ variable: addressVariable.default('SOLR_URL') }).meta({
  description: 'A Solr collection of its own.',
});

const seed = z
  .strictObject({
    from: z.enum(['staging', 'production', 'empty']).optional().meta({
      description:
        'Where the data of a new preview comes from: `staging` for postgres, `empty` for redis and solr, unless said.',
    }),
    every: fields.every
      .prefault('day')
      .meta({ description: 'How often a snapshot is taken: `hour`, `day`, `week` or a duration.' }),
    keep: z.int().min(1).max(100).default(7).meta({ description: 'How many snapshots are kept.' }),
    scrub: fields.path
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'SQL that makes a snapshot fit for other eyes.',
        examples: ['db/scrub.sql'],
      }),
    proof: fields.path
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'SQL that must find nothing after the scrub.',
        examples: ['db/scrub-proof.sql'],
      }),
  })
  .meta({ description: 'What a new preview finds in the store.' });

const store = z
  .strictObject({
    postgres: postgres.optional(),
    redis: redis.optional(),
    solr: solr.optional(),
    seed: seed.prefault({}),
    'on-push': z.enum(['keep', 'reset', 'reset-when-migrations-changed']).default('keep').meta({
      description: "What happens to a preview's data when its branch is pushed again.",
    }),
  })
  .superRefine((written, context) => {
    const kinds = [written.postgres, written.redis, written.solr].filter(Boolean).length;
    if (kinds === 1) return;
    const message = `needs exactly one of postgres, redis and solr, not ${kinds}`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'One place for data: exactly one of `postgres`, `redis` and `solr`.' });

export interface Seed {
  from: 'staging' | 'production' | 'empty';
  everyMs: number;
  keep: number;
  scrub: string | null;
  proof: string | null;
}

export type Store = {
  /** The variable that gets the address. */
  variable: string;
  seed: Seed;
  onPush: 'keep' | 'reset' | 'reset-when-migrations-changed';
} & (
  | { kind: 'postgres'; migrate: string | null; migrateTimeoutMs: number; ledger: string }
  | { kind: 'redis' }
  | { kind: 'solr' }
);

/** Where the app keeps its data; every environment has its own. */
export const stores = fields
  .named(store, 10)
  .transform((all): Record<string, Store> =>
    Object.fromEntries(Object.entries(all).map(([name, written]) => [name, resolved(written)])),
  )
  .meta({ description: 'Where the app keeps its data. Every environment gets its own.' });

function resolved(written: z.output<typeof store>): Store {
  const { postgres, redis, solr, seed, 'on-push': onPush } = written;
  const { from, every, ...rest } = seed;
  const seeded = {
    from: from ?? (postgres ? 'staging' : 'empty'),
    everyMs: every,
    ...rest,
  } as const;
  if (postgres) {
    const { 'migrate-timeout': migrateTimeoutMs, ...ours } = postgres;
    return { kind: 'postgres', ...ours, migrateTimeoutMs, seed: seeded, onPush };
  }
  if (redis) return { kind: 'redis', ...redis, seed: seeded, onPush };
  if (solr) return { kind: 'solr', ...solr, seed: seeded, onPush };
  throw new Error('a store of no kind passed its refinement');
}
