-- Whoever looks back at one app, or for what happens seldom, begins with the newest event of that kind.
create index events_of_app on events (app, id);
create index events_of_kind on events (kind, id);
