-- The truth about everything Signalbox does. Ids are text made by kernel/id.ts.

create table installation (
  one boolean primary key default true check (one),
  files_id text not null,          -- the files directory that belongs to this database
  created_at timestamptz not null default now()
);

create table controllers (
  id text primary key,
  host text not null,
  pid integer not null,
  listen text not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- Things done regularly by one controller at a time; their silence is an alarm.
create table duties (
  name text primary key,
  every_ms integer not null,
  ran_at timestamptz,
  controller text,
  error text,
  held_until timestamptz
);

-- Who waits for, and who holds, a named lock; the first `capacity` rows of a name hold it.
create table lock_queue (
  place bigint generated always as identity primary key,
  name text not null,
  holder text not null,            -- a workflow's id
  priority integer not null default 0,
  granted_epoch bigint,
  asked_at timestamptz not null default now(),
  unique (name, holder)
);
create table lock_epochs (name text primary key, epoch bigint not null);

create table tokens (
  id text primary key,
  name text not null,
  hash bytea not null unique,      -- SHA-256 of the token; the token itself is shown once
  role text not null check (role in ('admin', 'developer', 'viewer')),
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}'
);

create table events (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null,
  app text,
  environment text,
  push text,
  text text not null,              -- a plain sentence
  data jsonb not null default '{}'
);
create index events_of_push on events (push, id) where push is not null;
create index events_of_environment on events (environment, id) where environment is not null;

create table apps (
  id text primary key,
  name text not null unique,
  main_branch text not null default 'main',
  source text,                     -- followed repository as it may be shown, null: people push here
  source_address bytea,            -- sealed: with the credentials it may carry
  webhook_secret bytea,            -- sealed
  synced_at timestamptz,
  sync_error text,
  created_at timestamptz not null default now(),
  removed_at timestamptz
);

create table branches (
  app_id text not null references apps on delete cascade,
  name text not null,
  head text,                       -- null: deleted, with gone_at as the positive proof
  moved_at timestamptz not null default now(),
  ahead boolean not null default false,    -- has had commits that main had not: only then can it be merged
  gone_at timestamptz,
  gone_why text,
  primary key (app_id, name)
);

-- One accepted change of one branch.
create table pushes (
  id text primary key,
  app_id text not null references apps on delete cascade,
  branch text not null,
  before_commit text,
  commit text not null,
  by text not null,
  at timestamptz not null default now(),
  state text not null default 'waiting'
    check (state in ('waiting', 'running', 'live', 'passed', 'failed', 'superseded', 'refused')),
  reason text,
  fix text[] not null default '{}',
  url text,
  target text,                     -- only this environment (asked for by hand); null: what the branch is for
  reset_data boolean not null default false,
  snapshot_id text,                -- the snapshot asked for by hand, with reset_data
  ended_at timestamptz
);
create index pushes_of_branch on pushes (app_id, branch, at desc);
create index pushes_open on pushes (at) where ended_at is null;

create table checks (
  app_id text not null references apps on delete cascade,
  commit text not null,
  name text not null,
  job text not null,
  state text not null check (state in ('running', 'passed', 'failed', 'timed-out', 'stopped')),
  exit_code integer,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  log_tail text,
  primary key (app_id, commit, name)
);

create table artifacts (
  key text primary key,            -- SHA-256 of commit tree and build section
  app_id text not null references apps on delete cascade,
  tree text not null,
  commit text not null,
  sha256 text not null,
  bytes bigint not null,
  built_at timestamptz not null default now(),
  used_at timestamptz not null default now(),
  gone_at timestamptz
);

create table builds (
  key text primary key,
  app_id text not null references apps on delete cascade,
  attempt integer not null default 1,
  state text not null check (state in ('running', 'built', 'failed')),
  reason text,
  log_tail text,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);

create table environments (
  id text primary key,
  app_id text not null references apps on delete cascade,
  name text not null,              -- staging, production, preview/<branch>
  kind text not null check (kind in ('preview', 'staging', 'production')),
  branch text not null,
  host text not null,
  state text not null check (state in ('queued', 'creating', 'live', 'failed', 'destroying', 'destroyed')),
  reason text,                     -- in words: why it is in this state
  deploy_id text,                  -- the deploy that serves
  config jsonb,                    -- resolved configuration of the deploy that serves
  variables jsonb not null default '{}',   -- overrides of this one environment
  created_at timestamptz not null default now(),
  pushed_at timestamptz not null default now(),
  requested_at timestamptz,        -- last request of a person, as the gateway saw it
  requests bigint not null default 0,
  warned_at timestamptz,
  destroyed_at timestamptz,
  destroy_reason text
);
-- One living environment of a name and of a host at a time; a re-created branch gets a new row.
create unique index environments_living on environments (app_id, name) where state <> 'destroyed';
create unique index environments_host on environments (host) where state <> 'destroyed';

create table leases (
  environment_id text primary key references environments on delete cascade,
  owner text not null,
  reason text not null,
  until timestamptz not null,
  created_at timestamptz not null default now()
);

create table deploys (
  id text primary key,
  environment_id text not null references environments on delete cascade,
  number integer not null,
  push_id text,
  artifact_key text not null,
  commit text not null,
  config jsonb not null,
  state text not null check (state in ('running', 'live', 'replaced', 'failed', 'superseded')),
  reason text,
  log_tail text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (environment_id, number)
);

create table instances (
  id text primary key,
  environment_id text not null references environments on delete cascade,
  deploy_id text not null references deploys on delete cascade,
  service text not null,
  ordinal integer not null,
  state text not null check (state in ('starting', 'serving', 'draining', 'stopped')),
  host text,
  port integer,
  started_at timestamptz not null default now(),
  stopped_at timestamptz
);
create index instances_of_environment on instances (environment_id);

create table snapshots (
  id text primary key,
  app_id text not null references apps on delete cascade,
  store text not null,
  database text not null unique,
  source text not null,            -- staging, production, import
  commit text,                     -- the commit on main its data belongs to; null: unknown (an import without --commit)
  migrations jsonb not null default '[]',
  bytes bigint,
  how text,
  state text not null check (state in ('taking', 'ready', 'failed', 'dropping', 'dropped')),
  reason text,
  taken_at timestamptz not null default now(),
  dropped_at timestamptz
);

create table stores (
  environment_id text not null references environments on delete cascade,
  name text not null,
  kind text not null,
  database text not null,
  snapshot_id text references snapshots,
  seed_reason text not null,       -- in words: which snapshot and why
  migrations jsonb not null default '[]',
  seeded_at timestamptz not null default now(),
  shared_with text,                -- the environment whose store this is, for data: shared
  primary key (environment_id, name)
);

create table secrets (
  app_id text not null references apps on delete cascade,
  scope text not null,             -- preview, staging, production, or an environment's name
  name text not null,
  sealed bytea not null,
  set_by text not null,
  set_at timestamptz not null default now(),
  primary key (app_id, scope, name)
);

-- Scheduled and hand-started runs of an app's jobs.
create table job_runs (
  id text primary key,
  environment_id text not null references environments on delete cascade,
  job text not null,
  due_at timestamptz not null,
  by text not null,                -- 'schedule' or a person
  state text not null check (state in ('waiting', 'running', 'succeeded', 'failed', 'timed-out', 'skipped', 'stopped', 'lost')),
  exit_code integer,
  log_tail text,
  started_at timestamptz,
  ended_at timestamptz,
  unique (environment_id, job, due_at)
);
