-- For people: `orchestra psql`, then for example `select * from session_overview`.

create view usage_by_session as
select project_id, session_id as session, model, count(*) as requests,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
  sum(cache_read_tokens) as cache_read_tokens, sum(cache_write_tokens) as cache_write_tokens,
  round(sum(cost_usd)::numeric, 4) as cost_usd, max(at) as last_request_at
from usage
group by project_id, session_id, model;
comment on view usage_by_session is 'Tokens and cost by session and model.';

create view session_overview as
select s.project_id, s.id as session, s.role, s.title,
  case
    when s.phase = 'queued' then 'queued: ' || coalesce(s.queue_reason, '')
    when s.phase = 'starting' then 'starting: ' || coalesce(s.start_step, '')
    when s.phase = 'failed' then 'failed: ' || coalesce(s.problem ->> 'message', '')
    when s.phase <> 'running' then s.phase
    when q.open > 0 then 'waiting for an answer'
    when s.limited_until > now() then 'limited until ' || s.limited_until
    when s.container in ('exited', 'missing') then 'lost: container ' || s.container
    when s.cli = 'busy' then 'working'
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
comment on view session_overview is 'Every session with its state in words.';

create view message_log as
select m.project_id, m.seq, m.sent_at, m.sender as "from", m.recipient as "to", m.kind, m.text, m.state, m.answer_text as answer,
  m.answered_by, m.delivery, m.delivered_at, m.seen_at, m.id
from messages m
where m.copy_of is null
order by m.seq;
comment on view message_log is 'Messages in order, copies left out.';

create view event_log as
select e.project_id, e.seq, e.at, e.session_id as session, e.actor,
  case when e.type = 'agent' then e.data ->> 'type' else e.type end as event, e.data
from events e
order by e.seq;
comment on view event_log is 'Everything that happened, in order.';
