import { inTransaction } from './db/pool.js';

/** Everything the front page shows. */
export async function shopWindow(pool) {
  const [products, counts, latest] = await Promise.all([
    pool.query('select id, slug, name, description, price_cents from products order by name'),
    pool.query(`select (select count(*) from products)::int as products,
                       (select count(*) from orders)::int as orders`),
    pool.query('select id, status, total_cents from orders order by id desc limit 5'),
  ]);
  return { products: products.rows, counts: counts.rows[0], latest: latest.rows };
}

/** The order, or null when a product of the cart does not exist. Prices are those of this moment. */
export function placeOrder(pool, cart) {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query('select id, price_cents from products where id = any($1::bigint[])', [
      [...cart.keys()],
    ]);
    if (rows.length !== cart.size) return null;
    const lines = rows.map(({ id, price_cents }) => ({ id, price: price_cents, quantity: cart.get(id) }));
    const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    const order = await client.query('insert into orders (total_cents) values ($1) returning *', [total]);
    await client.query(
      `insert into order_items (order_id, product_id, quantity, price_cents)
       select $1, * from unnest($2::bigint[], $3::int[], $4::int[])`,
      [order.rows[0].id, ...['id', 'quantity', 'price'].map((key) => lines.map((line) => line[key]))],
    );
    return order.rows[0];
  });
}

export async function findOrder(pool, id) {
  const { rows } = await pool.query(
    `select o.*, json_agg(json_build_object('product', i.product_id, 'quantity', i.quantity)
                          order by i.product_id) as items
       from orders o join order_items i on i.order_id = o.id where o.id = $1 group by o.id`,
    [id],
  );
  return rows[0] ?? null;
}

/** Ships one waiting order and returns it; null when none waits. Two workers never ship the same one. */
export async function shipOne(pool) {
  const { rows } = await pool.query(
    `update orders set status = 'shipped', shipped_at = now()
      where id = (select id from orders where status = 'placed' order by id for update skip locked limit 1)
      returning *`,
  );
  return rows[0] ?? null;
}
