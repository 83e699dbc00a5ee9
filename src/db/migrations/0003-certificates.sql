-- What proves host names to browsers: certificates that a CA issued for us, and what the files hold.

-- The CA that new orders go to; the last controller that started with one has said so.
create table acme_settings (
  one boolean primary key default true check (one),
  directory_url text not null,
  email text not null,
  has_dns_hook boolean not null
);

create table acme_accounts (
  directory_url text primary key,
  key bytea not null,              -- sealed
  created_at timestamptz not null default now()
);

create table certificates (
  id text primary key,
  names text[] not null unique,    -- lower case, sorted
  challenge text not null check (challenge in ('http-01', 'dns-01')),
  asked_by text not null,
  asked_at timestamptz not null default now(),
  -- What serves; null until the first order has succeeded.
  chain text,                      -- PEM
  key bytea,                       -- sealed
  issuer text,
  issued_at timestamptz,
  expires_at timestamptz,
  -- The order that is under way; the next attempt goes on with it.
  order_url text,
  order_key bytea,                 -- sealed
  dns_record jsonb,                -- {name, value}: the hook was told to add it, and not yet to remove it
  attempt integer not null default 0,
  failures integer not null default 0,
  error text,
  fix text,
  next_attempt_at timestamptz not null default now(),
  held_off_until timestamptz       -- before this the CA wants to hear nothing of these names
);

-- What the directory of files held when a controller last looked.
create table certificate_files (
  file text primary key,
  names text[] not null,
  issuer text,
  issued_at timestamptz,
  expires_at timestamptz,
  problem text                     -- null: it serves
);
