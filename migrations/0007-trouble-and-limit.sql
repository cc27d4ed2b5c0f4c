-- Model requests that do not get through are shown with the session; commands have a time limit.

alter table sessions add column model_trouble jsonb;
comment on column sessions.model_trouble is 'Why its model requests do not get through: text, at, and whether the turn ended of it. Null: they do.';

-- A command that never ends may not hold up the line of merges.
alter table settings add column check_minutes double precision;
comment on column settings.check_minutes is 'Minutes after which a setup or check command that has not ended counts as failed.';
