-- Branch nodes: a fixed number of previews with numbers, and which branch has, or had last, which of them.

create table branch_nodes (
  app_id text not null references apps on delete cascade,
  branch text not null,
  number integer not null check (number between 1 and 100),
  host text not null,              -- the node's, whoever is in it
  since timestamptz not null,      -- it was given to the branch
  left_at timestamptz,             -- null: the branch has it
  primary key (app_id, branch)
);
create unique index branch_nodes_holder on branch_nodes (app_id, number) where left_at is null;

-- What Signalbox has found of a commit: its checks and smoke tests have passed somewhere.
create table commit_verdicts (
  app_id text not null references apps on delete cascade,
  commit text not null,
  verdict text not null check (verdict in ('good')),
  why text not null,
  by text not null,
  push_id text not null,           -- whose checks and deploy it was
  at timestamptz not null,
  primary key (app_id, commit)
);
