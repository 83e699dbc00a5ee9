-- From merge to production: candidates and their stages, rollouts and their evidence.

-- An environment made for one stage of one candidate, or shared by all candidates of a stage.
alter table environments drop constraint environments_kind_check;
alter table environments add constraint environments_kind_check
  check (kind in ('preview', 'staging', 'production', 'stage'));
-- While a rollout is under way: who gets which share, as [{deploy, weight, draining}]; null: all of it deploy_id.
alter table environments add column shares jsonb;

alter table deploys drop constraint deploys_state_check;
alter table deploys add constraint deploys_state_check
  check (state in ('running', 'live', 'replaced', 'rolled-back', 'failed', 'superseded'));
alter table deploys add column released_at timestamptz;   -- when it had all traffic for the first time
alter table deploys add column warm_until timestamptz;    -- replaced, but its instances are kept running until then

-- hidden: in the route for signed visits only. warm: runs, and is in no route.
alter table instances drop constraint instances_state_check;
alter table instances add constraint instances_state_check
  check (state in ('starting', 'hidden', 'serving', 'draining', 'warm', 'stopped'));
alter table instances add column attempt integer not null default 1;

-- A push to the main branch whose way goes on as a candidate.
alter table pushes add column candidate_id text;

-- Of the requests: those of users without a cookie, whom the weights alone gave their version.
alter table traffic add column newcomers integer not null default 0;

-- One commit of the main branch on its way to production; its artifact is built once.
create table candidates (
  id text primary key,
  app_id text not null references apps on delete cascade,
  number integer not null,
  push_id text not null unique,
  branch text not null,
  commit text not null,
  tree text not null,
  artifact_key text not null,
  config jsonb not null,
  plan jsonb not null,             -- the push's plan without the config, as it was handed over
  state text not null check (state in ('running', 'waiting', 'released', 'failed', 'superseded', 'stopped')),
  reason text,                     -- in words: what it waits for, why it ended
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (app_id, number)
);
create index candidates_open on candidates (app_id, number) where ended_at is null;

create table candidate_stages (
  candidate_id text not null references candidates on delete cascade,
  ordinal integer not null,        -- 1 is the first
  name text not null,
  environment text not null check (environment in ('fresh', 'shared', 'package')),
  approval text not null,          -- none | person | team:NAME | authors
  optional boolean not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'asking', 'running', 'passed', 'failed', 'skipped', 'superseded', 'stopped')),
  environment_id text,
  deploy_id text,
  reason text,                     -- in words: what it waits for, why it ended so
  fix text[] not null default '{}',
  log_tail text,
  asked_of text[],                 -- those who must all agree; null: anybody may
  unreachable text[] not null default '{}', -- authors whom nobody here is known to be
  skip_by text,                    -- who wants it skipped
  skip_reason text,
  asked_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  kept_until timestamptz,          -- a fresh environment that failed stays for looking at
  primary key (candidate_id, ordinal)
);

-- What people said at a gate; a candidate is one commit, so no answer outlives it. The first deciding one counts.
create table gate_answers (
  candidate_id text not null references candidates on delete cascade,
  stage text not null,
  by text not null,
  answer text not null check (answer in ('approve', 'reject')),
  note text,
  at timestamptz not null default now(),
  primary key (candidate_id, stage, by)
);

-- One test job of a candidate's stage. level: package, or the stage's name.
create table candidate_tests (
  candidate_id text not null references candidates on delete cascade,
  stage text not null,
  name text not null,
  job text not null,
  state text not null check (state in ('running', 'passed', 'failed', 'timed-out', 'stopped')),
  total integer,                   -- null: it left no report
  passed integer,
  failed integer,
  skipped integer,
  failures jsonb not null default '[]',
  load jsonb,                      -- what a load job measured
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  log_tail text,
  primary key (candidate_id, stage, name)
);

create table infrastructure_results (
  id bigint generated always as identity primary key,
  environment_id text not null references environments on delete cascade,
  candidate_id text,
  run text not null,               -- all checks of one file, asked once
  name text not null,
  kind text not null,
  passed boolean not null,
  expected text not null,
  found text not null,
  duration_ms integer not null,
  at timestamptz not null default now()
);
create index infrastructure_results_of on infrastructure_results (environment_id, at desc);

-- The performance stage's verdict on a candidate, with the counts it was made from.
create table performance_verdicts (
  candidate_id text not null references candidates on delete cascade,
  stage text not null,
  test text not null,
  against text,                    -- the candidate it was compared with; null: there was none
  verdict text not null check (verdict in ('no worse', 'worse', 'nothing to compare')),
  words text not null,
  evidence jsonb not null,
  at timestamptz not null default now(),
  primary key (candidate_id, stage, test)
);

-- What was known of each pending migration before a deploy ran it; for whoever wants to go back later.
create table migration_judgements (
  environment_id text not null references environments on delete cascade,
  deploy_id text not null,
  store text not null,
  path text not null,
  names text[] not null,           -- all that the ledger may call it
  judgement jsonb not null,        -- MigrationJudgement
  at timestamptz not null default now(),
  primary key (deploy_id, store, path)
);
create index migration_judgements_of on migration_judgements (environment_id, at desc);

-- One release on its way to all of an environment's traffic. Its id is the deploy's.
create table rollouts (
  id text primary key references deploys on delete cascade,
  environment_id text not null references environments on delete cascade,
  stable_deploy text,              -- what served before; null: nothing
  strategy text not null check (strategy in ('cycle', 'blue-green', 'canary')),
  settings jsonb not null,         -- RolloutSettings
  state text not null check (state in ('running', 'promoted', 'rolling-back', 'rolled-back', 'failed', 'superseded')),
  phase text not null default '',  -- in words: what it does now, and why it waits
  step integer not null default 0, -- 0: before the first
  weight numeric not null default 0,
  paused_by text,
  pause_reason text,
  cut_points jsonb,                -- microseconds, of the stable release's own past; null: none yet
  decision text,                   -- in words: why it ended so
  decided_by text,                 -- the judge, or a person
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
create index rollouts_of_environment on rollouts (environment_id, started_at desc);
-- One at a time in an environment.
create unique index rollouts_running on rollouts (environment_id) where state in ('running', 'rolling-back');

create table rollout_steps (
  rollout_id text not null references rollouts on delete cascade,
  step integer not null,           -- 1 is the first
  weight numeric not null,
  can_see text,                    -- in words, before it began
  began_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text,                    -- 'passed', 'proved healthy', 'promoted', 'rolled back', …
  why text,
  primary key (rollout_id, step)
);

-- What the judge was given and what it made of it: integers in, e-values out. Recomputable.
create table rollout_ticks (
  rollout_id text not null references rollouts on delete cascade,
  tick integer not null,           -- 1, 2, 3 …
  step integer not null,
  second bigint not null,          -- since 1970
  counts jsonb not null,           -- JudgedTick
  e jsonb not null,                -- metric → e-value, as decimal text of its natural logarithm
  action text not null,
  at timestamptz not null default now(),
  primary key (rollout_id, tick),
  unique (rollout_id, second)
);

-- What people ask of a rollout; carried out in order of id.
create table rollout_orders (
  id bigint generated always as identity primary key,
  rollout_id text not null references rollouts on delete cascade,
  kind text not null check (kind in ('pause', 'resume', 'promote', 'abort')),
  by text not null,
  reason text,
  at timestamptz not null default now()
);
create index rollout_orders_of on rollout_orders (rollout_id, id);

-- Instances that get no traffic for now, whose they are and who may change that.
create table hidden_instances (
  instance_id text primary key references instances on delete cascade,
  environment_id text not null references environments on delete cascade,
  owner text not null,             -- the rollout
  epoch bigint not null,           -- of the environment's lock
  why text not null,
  hidden_at timestamptz not null default now()
);

-- Nothing new is released into an environment past any of them, until they are lifted or their commits reverted.
create table lane_locks (
  environment_id text not null references environments on delete cascade,
  commit text not null default '', -- the bad one; empty: locked by a person for a reason alone
  reason text not null,
  by text not null,
  at timestamptz not null default now(),
  primary key (environment_id, commit)
);

create table commit_marks (
  app_id text not null references apps on delete cascade,
  commit text not null,
  mark text not null check (mark in ('not-safe-to-roll-back', 'reverted')),
  reason text not null,
  by text not null,
  at timestamptz not null default now(),
  primary key (app_id, commit, mark)
);

-- Every going back to an earlier release; open until what it left behind is tidied away.
create table rollbacks (
  id text primary key,
  environment_id text not null references environments on delete cascade,
  from_deploy text not null,
  to_deploy text not null,
  kind text not null check (kind in ('at once', 'starting again')),
  deploy text,                     -- the one that starts it again, once it was asked for
  reason text not null,
  by text not null,
  at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text                     -- in words: how the tidying went
);
create index rollbacks_of on rollbacks (environment_id, at desc);
create unique index rollbacks_open on rollbacks (environment_id) where ended_at is null;
