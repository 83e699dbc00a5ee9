import type { TableSize } from '../../migration-safety/table-facts.ts';
import { connected } from './server.ts';

const mostTables = 5_000;

/**
 * Tables, partitioned tables (all partitions together) and materialized views, the largest first. Rows are as the
 * planner estimates them: the density of the last ANALYZE times today's pages. A table that was never analyzed counts 100
 * bytes a row, so that a fresh import is not taken for empty.
 *
 * `url` should be the app's own login: reading the catalog needs no more. Waits at most 30 s behind others' locks.
 */
export async function readTableSizes(url: string): Promise<TableSize[]> {
  return connected(url, async (client) => {
    await client.query(`set statement_timeout = '30s'`);
    const { rows } = await client.query<{ table: string; rows: string; bytes: string }>(sizes, [
      mostTables,
    ]);
    return rows.map(({ table, rows: count, bytes }) => ({
      table,
      rows: Number(count),
      bytes: Number(bytes),
    }));
  });
}

// A table that is dropped meanwhile has the size null.
const sizes = `
  with leaves as (
    select c.oid, c.oid as part from pg_catalog.pg_class c where c.relkind in ('r', 'm')
    union all
    select c.oid, tree.relid from pg_catalog.pg_class c, pg_catalog.pg_partition_tree(c.oid) tree
     where c.relkind = 'p' and tree.isleaf
  ), measured as (
    select leaves.oid, coalesce(pg_catalog.pg_relation_size(part), 0)::float8 as main,
           coalesce(pg_catalog.pg_total_relation_size(part), 0) as total, p.reltuples, p.relpages
      from leaves join pg_catalog.pg_class p on p.oid = leaves.part
  )
  select n.nspname || '.' || c.relname as table,
         coalesce(sum(m.total), 0)::bigint as bytes,
         round(coalesce(sum(case
           when m.reltuples < 0 then m.main / 100
           when m.relpages > 0
             then m.reltuples / m.relpages * m.main / pg_catalog.current_setting('block_size')::int
           else m.main / 100 end), 0))::bigint as rows
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join measured m on m.oid = c.oid
   where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
     and n.nspname !~ '^pg_(toast|temp)'
   group by n.nspname, c.relname
   order by bytes desc, 1
   limit $1`;
