-- A session keeps the coding CLI that it was started with.

alter table sessions add column cli_version text;
comment on column sessions.cli_version is 'Version of the coding CLI that was chosen when the session was made (orchestra cli VERSION). Null: the one of the agent image.';
