-- What stands now. Every row belongs to a project; actors are written as kind:name
-- (person:owner, session:rate-limiting, system:engine).

create table projects (
  id text primary key,
  name text not null,
  path text not null,
  created_at timestamptz not null default now()
);
comment on table projects is 'Git repositories that this installation serves.';
comment on column projects.path is 'Top folder of the repository on the host.';

create table settings (
  project_id text primary key references projects (id),
  setup_command text,
  check_command text,
  carry jsonb,
  keep_specs_in_git boolean,
  max_sessions integer,
  memory_mb integer,
  cpus double precision,
  pids integer,
  permission_mode text,
  updated_at timestamptz not null default now(),
  updated_by text not null
);
comment on table settings is 'What a person set in the page; null: the default, or what .orchestra/config.yaml on the target branch says.';

create table sessions (
  project_id text not null references projects (id),
  id text not null,
  role text not null check (role in ('designer', 'executor', 'check')),
  title text not null,
  instructions text not null,
  branch text,
  base_sha text,
  target text,
  tip text,
  told_tip text,
  worktree text,
  permission_mode text not null,
  paired boolean not null,
  conversation uuid not null,
  conversation_started boolean not null,
  phase text not null check (phase in ('queued', 'starting', 'running', 'paused', 'failed', 'deleting', 'deleted')),
  queue_reason text,
  start_step text,
  problem jsonb,
  container text,
  container_at timestamptz,
  link_up boolean not null,
  link_at timestamptz,
  cli text,
  cli_at timestamptz,
  dialog text,
  setup text not null,
  limited_until timestamptz,
  limited_text text,
  interrupted_at timestamptz,
  completed_at timestamptz,
  last_event_at timestamptz not null,
  last_activity text not null,
  ahead_by integer not null,
  behind_by integer not null,
  diff_stat jsonb not null,
  diff_version integer not null,
  snapshot_tree text,
  carried jsonb not null,
  covers jsonb not null,
  badges jsonb not null,
  applied boolean not null,
  created_by text not null,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (project_id, id)
);
comment on table sessions is 'Agents: one row each, kept after deletion. See the view session_overview for a readable state.';
comment on column sessions.phase is 'What was decided: queued, starting, running, paused, failed, deleting, deleted. What is seen of it stands in the columns beside.';
comment on column sessions.tip is 'Newest imported commit of the branch.';
comment on column sessions.told_tip is 'Where the agent was last told that its branch stands on the host.';
comment on column sessions.conversation is 'Conversation of the coding CLI; resumed once conversation_started.';
comment on column sessions.container is 'Container as last seen: created, running, paused, exited, missing.';
comment on column sessions.cli is 'Coding CLI as last reported: starting, idle, busy, dialog, exited.';
comment on column sessions.snapshot_tree is 'Tree of the newest snapshot of uncommitted work.';
comment on column sessions.carried is 'Gitignored files that were copied into the worktree.';
comment on column sessions.covers is 'Submodule paths, covered read-only in the container.';
comment on column sessions.applied is 'Its changes are staged in the person''s checkout.';

create table messages (
  project_id text not null references projects (id),
  id uuid primary key,
  seq bigint generated always as identity,
  kind text not null check (kind in ('note', 'question', 'error', 'complete', 'answer')),
  sender text not null,
  recipient text not null,
  text text not null,
  options jsonb not null,
  recommended integer,
  origin text,
  in_reply_to uuid,
  state text not null check (state in ('none', 'open', 'answered', 'withdrawn')),
  answer_text text,
  answer_option integer,
  answered_by text,
  answered_at timestamptz,
  copy_of uuid,
  merge_id uuid,
  delivery text not null check (delivery in ('queued', 'delivered', 'seen', 'failed')),
  delivery_reason text,
  dismissed_at timestamptz,
  sent_at timestamptz not null,
  delivered_at timestamptz,
  seen_at timestamptz
);
create index messages_by_project on messages (project_id, seq);
create index messages_open on messages (project_id) where state = 'open';
create index messages_copies on messages (copy_of) where copy_of is not null;
create index messages_undelivered on messages (project_id, recipient) where delivery = 'queued';
comment on table messages is 'Everything said between sessions and people. See the view message_log.';
comment on column messages.recipient is 'person, all, or session:ID.';
comment on column messages.state is 'For a question: open, answered, withdrawn. Else none.';
comment on column messages.copy_of is 'A delivery of another message to one more session.';
comment on column messages.delivery is 'queued until the receiver''s model got it; failed with delivery_reason.';

create table merges (
  project_id text not null references projects (id),
  id uuid primary key,
  session_id text not null,
  target text not null,
  tip text not null,
  target_sha text not null,
  tree text,
  note text,
  requested_by text not null,
  approved_by text,
  status text not null,
  status_text text not null,
  conflicts jsonb not null,
  problem jsonb,
  run_id uuid,
  merged_sha text,
  undo_sha text,
  push_command text,
  dismissed_at timestamptz,
  approved_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (project_id, session_id) references sessions (project_id, id)
);
create index merges_by_project on merges (project_id, created_at);
comment on table merges is 'Requests to merge a session''s branch into its target, bound to the commits that were shown.';
comment on column merges.tree is 'Merged tree as last computed; the one that checks ran on.';

create table runs (
  project_id text not null references projects (id),
  id uuid primary key,
  session_id text,
  merge_id uuid,
  kind text not null check (kind in ('setup', 'check', 'merge-check', 'image')),
  command text not null,
  status text not null check (status in ('waiting', 'running', 'passed', 'failed', 'cancelled')),
  exit_code integer,
  tree text,
  started_at timestamptz,
  ended_at timestamptz,
  log_bytes bigint not null,
  last_line text not null,
  started_by text not null,
  created_at timestamptz not null
);
create index runs_by_project on runs (project_id, created_at);
comment on table runs is 'Executions of commands in containers; the log of each is a file in the volume "state".';
comment on column runs.tree is 'Tree that the command ran on, where known.';
