-- What happened, what is still to be done outside, and what was answered.

create table events (
  seq bigint generated always as identity primary key,
  project_id text not null references projects (id),
  session_id text,
  actor text not null,
  type text not null,
  data jsonb not null,
  source text,
  at timestamptz not null default clock_timestamp()
);
create index events_by_session on events (project_id, session_id, seq);
create unique index events_once on events (project_id, session_id, source) where source is not null;
comment on table events is 'Immutable record of everything that happened, in order. See the view event_log.';
comment on column events.source is 'Number that the reporter gave it: a repeat is not recorded.';

create function events_are_immutable() returns trigger language plpgsql as $$
begin
  raise exception 'events are immutable';
end $$;
create trigger events_immutable before update on events for each row execute function events_are_immutable();

create table effects (
  id bigint generated always as identity primary key,
  project_id text not null references projects (id),
  session_id text,
  kind text not null,
  lane text not null,
  payload jsonb not null,
  actor text not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'dropped')),
  attempts integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  last_error text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
create index effects_due on effects (project_id, state, lane, id) where state in ('waiting', 'running');
comment on table effects is 'Work outside the database that committed changes ask for; performed at least once, one at a time in a lane.';

create table receipts (
  project_id text not null references projects (id),
  id uuid not null,
  command text not null,
  actor text not null,
  reply jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (project_id, id)
);
comment on table receipts is 'Replies of commands that came with an id: a repeat gets the first reply and does nothing.';

create table usage (
  request uuid primary key,
  project_id text not null references projects (id),
  session_id text not null,
  model text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_tokens bigint not null,
  http_status integer not null,
  cost_usd double precision,
  window_used double precision,
  window_resets_at timestamptz,
  at timestamptz not null
);
create index usage_by_session_rows on usage (project_id, session_id);
comment on table usage is 'Model requests as the relay metered them.';
comment on column usage.cost_usd is 'Null: the model has no price, or a subscription pays.';
