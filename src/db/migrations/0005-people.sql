-- People: who wrote which commits, who speaks in chat, who may do what.

alter table tokens drop constraint tokens_role_check;
alter table tokens add constraint tokens_role_check
  check (role in ('admin', 'release-manager', 'developer', 'viewer'));

create table people (
  id text primary key,
  name text not null,              -- a login, [a-z0-9._-]
  role text not null check (role in ('admin', 'release-manager', 'developer', 'viewer')),
  teams text[] not null default '{}',
  added_at timestamptz not null default now(),
  removed_at timestamptz
);
create unique index people_by_name on people (name) where removed_at is null;

-- Whose commits these are; an admin says so, because anybody can write any address into a commit.
create table person_emails (
  email text primary key,          -- in lower case
  person_id text not null references people on delete cascade,
  added_by text not null,
  added_at timestamptz not null default now()
);

-- A chat account somebody has proved to be theirs by saying a code there. Never a display name or a nick.
create table person_accounts (
  network text not null,
  account text not null,           -- as the network's services or workspace know it
  person_id text not null references people on delete cascade,
  verified_at timestamptz not null default now(),
  primary key (network, account)
);

create table account_codes (
  hash bytea primary key,          -- SHA-256 of the code; the code itself is shown once
  person_id text not null references people on delete cascade,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Wrong codes an account has said, so that nobody tries them all.
create table account_tries (
  id bigint generated always as identity primary key,
  network text not null,
  account text not null,
  at timestamptz not null
);
create index account_tries_of on account_tries (network, account, at);

alter table tokens add column person_id text references people;
