-- The newest traffic of each environment by the minute, so that a list of many need not add up every second of theirs.

create table traffic_lately (
  minute timestamptz not null,     -- when it begins
  environment text not null,       -- its id
  requests bigint not null,
  bad bigint not null,
  primary key (minute, environment)
) with (fillfactor = 20);          -- the rows of the minute that runs change every second, and find room on their page

insert into traffic_lately (minute, environment, requests, bad)
  select date_trunc('minute', t.at, 'UTC'), l.environment, sum(t.requests), sum(t.bad)
  from traffic t join traffic_lines l on l.id = t.line
  where l.environment <> '' and t.at > now() - interval '1 hour'
  group by 1, 2;
