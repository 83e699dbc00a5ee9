// Counts yesterday's orders. Running it twice for one day changes nothing.
import { openPool } from './db/pool.js';
import { money } from './money.js';

const pool = openPool({ connections: 1 });
try {
  const { rows } = await pool.query(`
    insert into reports (day, orders, revenue_cents)
    select current_date - 1, count(*), coalesce(sum(total_cents), 0)
      from orders where placed_at >= current_date - 1 and placed_at < current_date
    on conflict (day) do update set orders = excluded.orders, revenue_cents = excluded.revenue_cents
    returning to_char(day, 'YYYY-MM-DD') as day, orders, revenue_cents`);
  const [{ day, orders, revenue_cents }] = rows;
  console.log(`${day}: ${orders} orders, ${money(revenue_cents)}`);
} finally {
  await pool.end();
}
