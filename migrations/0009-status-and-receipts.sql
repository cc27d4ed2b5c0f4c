-- Facts behind a status, and how far a message got.

alter table sessions
  add column hook_at timestamptz,
  add column terminal_at timestamptz,
  add column failing jsonb not null default '[]';
alter table sessions alter column failing drop default;
comment on column sessions.hook_at is 'Last event of its coding CLI.';
comment on column sessions.terminal_at is 'When its CLI''s terminal last wrote.';
comment on column sessions.failing is 'Commands that failed since its last prompt and have not succeeded since, with how often.';

alter table messages
  add column designer_until timestamptz,
  add column escalated_at timestamptz,
  add column note text,
  drop constraint messages_delivery_check,
  add constraint messages_delivery_check check (delivery in ('queued', 'delivered', 'seen', 'answered', 'failed'));
comment on column messages.designer_until is 'For a question: with the designer until then, unless escalated_at is before.';
comment on column messages.note is 'What the designer said when it passed the question on.';
comment on column messages.answered_at is 'A question: when it was answered or withdrawn. Else: when the turn that read the message ended.';
comment on column messages.delivery is 'queued; delivered: the receiver''s transcript shows that its CLI took it in; seen: the model read it; answered; failed with delivery_reason.';
drop index messages_undelivered;
create index messages_underway on messages (project_id, recipient) where delivery in ('queued', 'delivered', 'seen');

alter table settings
  add column escalate_seconds integer,
  add column stuck_minutes integer;

create or replace view session_overview as
select s.project_id, s.id as session, s.role, s.title,
  case
    when s.phase = 'queued' then 'queued: ' || coalesce(s.queue_reason, '')
    when s.phase = 'starting' then 'starting: ' || coalesce(s.start_step, '')
    when s.phase = 'failed' then 'failed: ' || coalesce(s.problem ->> 'message', '')
    when s.phase = 'paused' then 'paused: ' || coalesce(s.paused_by, 'person')
    when s.phase <> 'running' then s.phase
    when s.container in ('exited', 'missing') then 'lost: container ' || s.container
    when q.open > 0 then 'waiting for an answer'
    when s.cli = 'dialog' then 'in a dialog'
    when s.cli = 'busy' then 'working'
    when s.limited_until > now() then 'limited until ' || s.limited_until
    when s.completed_at is not null then 'complete'
    else coalesce(s.cli, 'starting')
  end as state,
  s.branch, s.target, left(s.tip, 12) as tip, s.ahead_by as ahead, s.behind_by as behind,
  (s.diff_stat ->> 'files')::int as files, (s.diff_stat ->> 'added')::int as added, (s.diff_stat ->> 'removed')::int as removed,
  s.last_activity, s.last_event_at, s.worktree, s.created_by, s.created_at
from sessions s
left join lateral (
  select count(*) as open from messages m
  where m.project_id = s.project_id and m.sender = 'session:' || s.id and m.state = 'open'
) q on true
order by s.created_at;
