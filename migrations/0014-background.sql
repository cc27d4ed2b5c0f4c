-- A command that an agent moved to the background outlives its turn: the session is idle meanwhile, and says so.

alter table sessions add column cli_background boolean not null default false;
comment on column sessions.cli_background is 'Its CLI is idle and a command that its model started runs on.';
