create table products (
  id bigint generated always as identity primary key,
  slug text not null unique,
  name text not null,
  description text not null,
  price_cents integer not null check (price_cents >= 0)
);

create table orders (
  id bigint generated always as identity primary key,
  status text not null default 'placed' check (status in ('placed', 'shipped')),
  total_cents integer not null,
  placed_at timestamptz not null default now(),
  shipped_at timestamptz
);

-- The worker looks for these, and there are never many.
create index orders_to_ship on orders (id) where status = 'placed';

create table order_items (
  order_id bigint not null references orders on delete cascade,
  product_id bigint not null references products,
  quantity integer not null check (quantity between 1 and 99),
  price_cents integer not null,
  primary key (order_id, product_id)
);

create table reports (
  day date primary key,
  orders integer not null,
  revenue_cents bigint not null
);
