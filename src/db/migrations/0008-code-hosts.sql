-- The services where repositories live: how to reach them, what they were told, what they said.

create table code_hosts (
  app_id text primary key references apps on delete cascade,
  kind text not null check (kind in ('github', 'gitlab', 'forgejo')),
  repository text not null,        -- OWNER/NAME
  url text,                        -- of its API; null: the service's own
  app_number text,                 -- of the GitHub app that is us there; null: we have a token
  secret bytea not null,           -- sealed: the token, or the app's private key
  webhook_secret bytea not null,   -- sealed
  version text not null,           -- another one whenever something above was changed
  added_by text not null,
  added_at timestamptz not null default now(),
  -- What happened before is in host_messages; the first look goes back two days.
  looked_until timestamptz not null default now() - interval '2 days',
  asked_at timestamptz,            -- its requests were read last
  heard_at timestamptz,            -- its last webhook call that was signed
  trouble text,                    -- in words: why it could not be reached
  failures integer not null default 0,
  quiet_until timestamptz          -- not asked and told nothing before that
);

-- What a host has to know, newest state only: one row for each line it shows.
create table host_messages (
  app_id text not null references apps on delete cascade,
  key text not null,
  payload jsonb not null,          -- HostMessage, as it is now
  told jsonb,                      -- as the host has it; null: it knows nothing of it
  changed_at timestamptz not null,
  due_at timestamptz not null,
  tries integer not null default 0,
  done_at timestamptz,             -- told, or given up
  trouble text,
  primary key (app_id, key)
);
create index host_messages_open on host_messages (app_id, due_at) where done_at is null;

-- Pull requests and merge requests, as the host last listed them.
create table host_requests (
  app_id text not null references apps on delete cascade,
  number integer not null,
  title text not null,
  branch text not null,
  commit text not null,
  from_fork boolean not null,
  url text not null,
  seen_at timestamptz not null,    -- open for the first time, or again
  missing_at timestamptz,          -- since then it stands in no list
  closed_at timestamptz,           -- missing in two looks
  preview_asked_at timestamptz,    -- since it is open
  primary key (app_id, number)
);
create index host_requests_of_branch on host_requests (app_id, branch);

-- Commits of main branches that were handed over to go on: whatever comes after one is looked at by itself.
create table green_commits (
  app_id text not null references apps on delete cascade,
  commit text not null,
  ordinal bigint generated always as identity,
  at timestamptz not null,
  primary key (app_id, commit)
);

-- Checked and built commits of main branches that wait for approvals.
create table review_waits (
  push_id text primary key,
  app_id text not null references apps on delete cascade,
  commit text not null,
  plan jsonb not null,             -- the push's plan without the config
  config jsonb not null,
  since timestamptz not null,
  look_at timestamptz not null,
  reason text not null             -- in words: what is missing
);
create index review_waits_of_app on review_waits (app_id, since desc);

-- Whoever reads what became of a commit begins with the commit.
create index pushes_of_commit on pushes (app_id, commit, at desc);
create index pushes_by_end on pushes (app_id, ended_at);
create index candidates_of_commit on candidates (app_id, commit, number desc);
create index candidates_by_end on candidates (app_id, ended_at);
create index deploys_of_push on deploys (push_id);
create index rollbacks_from on rollbacks (from_deploy);
create index environments_by_name on environments (app_id, name, created_at desc);
