-- What is kept, for how long and how much of it.

alter table settings
  add column keep_events_days integer,
  add column keep_events_mb integer,
  add column keep_sessions_days integer;
comment on column settings.keep_events_days is 'Events that are older are trimmed. Null: the default.';
comment on column settings.keep_events_mb is 'Of more than this the oldest events are trimmed.';
comment on column settings.keep_sessions_days is 'Days after its deletion that a session can be restored and its record read. One with anything unmerged stays.';

alter table sessions add column trimmed_at timestamptz;
comment on column sessions.trimmed_at is 'Its record and snapshots were trimmed: it can no longer be restored. Its branch is untouched.';
