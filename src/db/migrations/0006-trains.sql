-- Release trains: what waits on the platform, who is on board, and what they say.

-- A checked and built commit of a main branch that leaves by train.
create table platform (
  push_id text primary key,
  app_id text not null references apps on delete cascade,
  commit text not null,
  settings jsonb not null,         -- the train section of its file
  green_at timestamptz not null
);
create index platform_of_app on platform (app_id, green_at);

create table trains (
  id text primary key,
  app_id text not null references apps on delete cascade,
  number integer not null,
  planned_at timestamptz not null, -- the departure of the timetable it is
  settings jsonb not null,         -- the train section as it was at its departure
  state text not null check (state in (
    'travelling', 'asking', 'blocked', 'held', 'agreed', 'releasing',
    'arrived', 'failed', 'cancelled', 'superseded')),
  reason text,                     -- in words: what it waits for, why it ended
  boarded text not null,           -- the commit of the main branch it left with
  commit text not null,            -- what it carries now; votes are bound to it
  push_id text not null,           -- of that commit
  candidate_id text,               -- null: that commit is still being checked and built
  released_before text,            -- the commit in production when it left; null: none was
  departed_at timestamptz not null,
  asked_at timestamptz,            -- for the commit it carries now
  answers_until timestamptz,
  look_again_at timestamptz,       -- when time alone may change something
  ended_at timestamptz,
  unique (app_id, number),
  unique (app_id, planned_at)
);
create unique index one_train_at_a_time on trains (app_id) where ended_at is null;

-- All candidates a train ever had; the last one is its own.
create table train_candidates (
  train_id text not null references trains on delete cascade,
  candidate_id text not null references candidates on delete cascade,
  primary key (train_id, candidate_id)
);
create index train_of_candidate on train_candidates (candidate_id);

-- A change on board: a commit of the main branch's first parents, with all it brought in.
create table train_changes (
  train_id text not null references trains on delete cascade,
  commit text not null,
  ordinal integer not null,        -- 1 is the oldest
  number integer,                  -- of its change request, where its subject says so
  subject text not null,
  authors jsonb not null,          -- [{name, email}], co-authors too
  good_without_asking text,        -- why nobody is asked; null: its authors are
  ejected_at timestamptz,
  ejected_by text,
  ejected_why text,
  primary key (train_id, commit)
);

create table train_votes (
  id bigint generated always as identity primary key,
  train_id text not null references trains on delete cascade,
  commit text not null,
  voter text not null,             -- whose vote it is: a person's name, or an author's address
  by text not null,                -- who cast it
  answer text not null check (answer in ('good', 'bad')),
  change text,                     -- the commit of the change it is about
  reason text,
  via text not null,               -- api | a chat network's name | kept
  message text,                    -- the message's own id there
  at timestamptz not null
);
create unique index one_vote_a_message on train_votes (train_id, via, message, voter, by) where message is not null;
create index train_votes_of on train_votes (train_id, commit);

create table train_holds (
  id bigint generated always as identity primary key,
  train_id text not null references trains on delete cascade,
  by text not null,
  reason text not null,
  at timestamptz not null,
  until timestamptz not null,
  lifted_at timestamptz,
  lifted_by text
);

create table train_forces (
  train_id text not null references trains on delete cascade,
  commit text not null,
  by text not null,
  reason text not null,
  at timestamptz not null,
  primary key (train_id, commit, by)
);

-- Who may answer for somebody else; for one app, until then.
create table delegations (
  app_id text not null references apps on delete cascade,
  voter text not null,
  delegate text not null,
  reason text,
  at timestamptz not null,
  until timestamptz not null,
  primary key (app_id, voter, delegate)
);

create table train_reminders (
  train_id text not null references trains on delete cascade,
  commit text not null,
  which text not null check (which in ('half time', 'ten minutes')),
  at timestamptz not null,
  primary key (train_id, commit, which)
);

create table freezes (
  id text primary key,
  app_id text not null references apps on delete cascade,
  reason text not null,
  by text not null,
  at timestamptz not null,
  until timestamptz not null,
  lifted_at timestamptz,
  lifted_by text
);
create index freezes_of_app on freezes (app_id) where lifted_at is null;
