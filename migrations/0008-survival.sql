-- Sessions that ended with the stack, sessions put away, and containers that are to be made anew.

alter table sessions drop constraint sessions_phase_check;
alter table sessions add constraint sessions_phase_check
  check (phase in ('queued', 'starting', 'running', 'paused', 'interrupted', 'failed', 'archiving', 'archived', 'deleting', 'deleted'));
alter table sessions add column renew_when_idle boolean not null default false;
comment on column sessions.phase is 'What was decided: queued, starting, running, paused, interrupted (ended with the stack, waits for a yes), failed, archiving, archived (no container; conversation, worktree and branch kept), deleting, deleted. What is seen of it stands in the columns beside.';
comment on column sessions.renew_when_idle is 'Its container is made anew at its next idle moment, and the conversation resumed.';

alter table settings add column after_restart text check (after_restart in ('resume', 'ask'));
comment on column settings.after_restart is 'What becomes of sessions whose container ended with the stack or the engine. resume: they go on. ask: they wait to be resumed, one or all.';
