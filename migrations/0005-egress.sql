-- What sessions may reach beside their model.

alter table settings
  add column egress text check (egress in ('listed', 'open', 'closed')),
  add column egress_allow jsonb,
  add column egress_refuse jsonb;
comment on column settings.egress is 'listed: registries of the image''s tools, GitHub, and what is allowed. open: every public address. closed: nothing.';

create table egress_requests (
  project_id text not null references projects (id),
  session_id text not null,
  host text not null,
  asked_at timestamptz not null,
  allowed boolean,
  decided_by text,
  decided_at timestamptz,
  primary key (project_id, session_id, host)
);
create index egress_requests_open on egress_requests (project_id) where allowed is null;
comment on table egress_requests is 'Hosts that a session was refused and nobody had decided about. Every single refusal is an event egress.refused.';
comment on column egress_requests.host is 'As a rule: host, or host:port where it is neither 80 nor 443.';
comment on column egress_requests.allowed is 'What a person said; null: still asked.';
