-- What the gateway has counted, as it was read from there. Lines are named once, counts refer to them.

create table traffic_lines (
  id integer primary key generated always as identity,
  environment text not null,       -- its id; '' for requests that belong to no route
  service text not null,
  version text not null,           -- the deploy's id; '' for the gateway's own answers
  instance text not null,
  host text not null,
  path text not null,
  unique (environment, service, version, instance, host, path)
);

-- Rows of one line and second add up; there may be several.
create table traffic (
  line integer not null references traffic_lines on delete cascade,
  seconds smallint not null,       -- 1, or 60 for what is older
  at timestamptz not null,         -- when it begins
  requests integer not null,
  success integer not null,        -- answers 2xx, 3xx, 4xx, 5xx
  redirect integer not null,
  client_error integer not null,
  server_error integer not null,
  refused integer not null,
  aborted integer not null,
  failed integer not null,
  retried integer not null,
  bad integer not null,
  bad_users integer not null,
  bytes_in bigint not null,
  bytes_out bigint not null,
  first_byte bytea not null,       -- latency buckets: pairs of varints, how far from the bucket before, how many
  total bytea not null
);
create index traffic_of_line on traffic (line, at);
create index traffic_by_age on traffic (seconds, at);

-- How far the ticks of the gateway are in the table above; changes in one transaction with it.
create table traffic_cursor (
  singleton boolean primary key default true check (singleton),
  gateway text,                    -- null: nothing was read yet
  number bigint,
  lost bigint not null default 0,  -- ticks that were gone before anybody read them
  lost_at timestamptz              -- when that was noticed last
);
insert into traffic_cursor default values;

-- The same for every gateway that was ever read, for when it is back: one of another driver, say.
create table traffic_read (
  gateway text primary key,
  number bigint                    -- null: it had nothing
);
