-- What each session may ask of the model and spend, and how far an exchange of agents goes without a person.

alter table settings
  add column models jsonb,
  add column provider_tools jsonb,
  add column requests_per_minute integer,
  add column budget_usd double precision,
  add column budget_tokens bigint;
comment on column settings.models is 'Models that sessions may ask; empty or null: every one.';
comment on column settings.provider_tools is 'What the model''s provider may do on its side: web_search, web_fetch, code_execution, mcp, url_source.';
comment on column settings.budget_usd is 'What each session may spend over its life, by list price; null: no bound. A session can have its own.';

alter table sessions
  add column budget_usd double precision,
  add column budget_tokens bigint,
  add column hops integer not null default 0;
comment on column sessions.budget_usd is 'In place of the project''s; null: as the project says.';
comment on column sessions.hops is 'Messages between sessions in a row, without a person, that led to what it does now.';
