-- Why a session is paused, beside that it is.

alter table sessions
  add column paused_by text check (paused_by in ('person', 'budget', 'disk', 'gitfile')),
  add column paused_text text;
comment on column sessions.paused_by is 'Of a paused session: person (was told to), budget (used up), disk (nearly full), gitfile (its worktree''s .git was replaced).';
comment on column sessions.paused_text is 'The reason in a sentence, with the figures of that moment; null: by a person.';
update sessions set paused_by = 'person' where phase = 'paused';
