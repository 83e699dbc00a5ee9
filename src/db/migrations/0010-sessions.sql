-- Who is signed in with a browser. A session opens what its token opens, and ends with it.

create table sessions (
  hash bytea primary key,          -- SHA-256 of the secret in the cookie; the secret itself is stored nowhere
  token_id text not null references tokens on delete cascade,
  made_at timestamptz not null,
  seen_at timestamptz not null,    -- written at most once an hour
  expires_at timestamptz not null
);
create index sessions_by_token on sessions (token_id);
create index sessions_by_end on sessions (expires_at);
