-- Who may use the page. Of an installation, not of a project.

create table sign_in_tokens (
  token_hash text primary key,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
comment on table sign_in_tokens is 'One-time links that `orchestra up` prints, hashed; good for 24 hours.';

create table sign_ins (
  secret_hash text primary key,
  name text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  ended_at timestamptz
);
comment on table sign_ins is 'Browsers that are signed in; the cookie''s secret is stored hashed.';
