-- Chat: networks we are on, rooms of apps, what was heard and what was said.

create table chat_networks (
  name text primary key,           -- chosen by an admin
  driver text not null check (driver in ('irc', 'slack')),
  settings jsonb not null,         -- without secrets
  secrets bytea not null,          -- sealed JSON
  version text not null,           -- another one whenever its settings change
  added_by text not null,
  added_at timestamptz not null,
  controller text,                 -- who speaks there now
  seen_at timestamptz,             -- when that one said so last, by the database's clock
  state text not null default 'away' check (state in ('here', 'away')),
  trouble text,                    -- in words, while it is away
  here_until timestamptz,          -- what was said there until then was heard; null: it was never there
  heard_until text                 -- how far its history was read; the driver's own mark
);

create table chat_rooms (
  network text not null references chat_networks on delete cascade,
  room text not null,
  app_id text not null references apps on delete cascade,
  said_until bigint not null,      -- the last event it was told of
  primary key (network, room, app_id)
);

-- Messages with a command in them, so that one delivered twice is obeyed once.
create table chat_commands (
  id bigint generated always as identity primary key,
  network text not null references chat_networks on delete cascade,
  message text not null,           -- its own id there
  room text,                       -- null: said to us alone
  account text,
  nick text not null,
  text text not null,
  heard_at timestamptz not null,
  begun_at timestamptz,
  begun_event bigint,              -- the newest event before it was obeyed, and after it
  done_event bigint,
  word text,                       -- what it was understood as
  by text,                         -- the person who said it
  answer jsonb,                    -- lines; null: not obeyed yet
  answered_at timestamptz,
  unique (network, message)
);
create index chat_commands_open on chat_commands (network, id) where answered_at is null;
create index chat_commands_of_account on chat_commands (network, account, id);

-- The one card of a train in a room, edited in place.
create table chat_cards (
  network text not null references chat_networks on delete cascade,
  room text not null,
  key text not null,
  message text,                    -- the network's id of the card
  shown text not null,             -- what it says, to see whether that is news
  decided boolean not null,        -- nothing can be pressed any more
  app_id text not null references apps on delete cascade,
  train integer not null,
  primary key (network, room, key)
);

-- What somebody wants to have said, by whichever controller speaks there.
create table chat_lines (
  id bigint generated always as identity primary key,
  network text not null references chat_networks on delete cascade,
  room text not null,
  text text not null,
  by text not null,
  at timestamptz not null
);
