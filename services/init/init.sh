#!/bin/sh
# One-shot of every start, as root: makes the secrets that are missing and gives volumes and the
# state folder to the project's owner. May be repeated; it never replaces a secret.
# A folder of the volume `secrets` is what one service sees at /run/secrets.
set -eu
umask 077
project=$ORCHESTRA_PROJECT_DIR
home=$ORCHESTRA_HOME
secrets=/volumes/secrets

fail() {
  printf '\norchestra: %s\n  %s\n\n' "$1" "$2" >&2
  exit 1
}

case "$project" in
  / | /bin* | /dev* | /etc* | /lib* | /proc* | /run/* | /sbin* | /sys* | /volumes* | /opt/orchestra*)
    fail "a project in $project cannot be served: the services have that folder themselves." "Move the repository, for example into a home folder." ;;
esac
if [ -f "$project/.git" ]; then
  fail "$project is a linked worktree: its git folder lies elsewhere." "Start from the main worktree of that repository (git worktree list, first line)."
fi
if [ ! -d "$project/.git" ]; then
  fail "$project is not the top folder of a git repository." "Run this from the folder that contains .git, or use ./orchestra up DIR."
fi

# One stack serves one project: its volumes hold that project's sessions.
mkdir -p "$secrets"
if [ -f "$secrets/project" ] && [ "$(cat "$secrets/project")" != "$project" ]; then
  fail "the stack \"$ORCHESTRA_INSTALL\" belongs to $(cat "$secrets/project"), not to $project." \
    "Use ./orchestra up (it gives each repository a stack of its own), or docker compose -p ANOTHER-NAME; to go on with the first, start from its folder."
fi
printf '%s\n' "$project" >"$secrets/project"

uid=$(stat -c %u "$project")
gid=$(stat -c %g "$project")

# usage: secret NAME    prints it; made on the first call
mkdir -p "$secrets/all"
secret() {
  if [ ! -s "$secrets/all/$1" ]; then
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$secrets/all/$1.new"
    mv "$secrets/all/$1.new" "$secrets/all/$1"
  fi
  cat "$secrets/all/$1"
}

# usage: give SERVICE FILE TEXT [UID:GID]    one file for one service, readable by that user alone
give() {
  printf '%s' "$3" >"$secrets/$1/$2.new"
  chown "${4:-$uid:$gid}" "$secrets/$1/$2.new"
  chmod 0400 "$secrets/$1/$2.new"
  mv -f "$secrets/$1/$2.new" "$secrets/$1/$2"
}

for service in postgres nats migrate orchestrator relay spawner; do
  mkdir -p "$secrets/$service"
  printf '%s %s\n' "$uid" "$gid" >"$secrets/$service/owner"
  chmod 0444 "$secrets/$service/owner"
  chmod 0555 "$secrets/$service"
done
give postgres postgres-password "$(secret postgres-password)" 0:0
give nats nats.conf "$(cat "${0%/*}/nats.conf")" 0:0
give nats passwords.conf "ORCHESTRATOR_PASSWORD: \"$(secret nats-orchestrator)\"
RELAY_PASSWORD: \"$(secret nats-relay)\"
" 0:0
give migrate postgres-password "$(secret postgres-password)"
for service in migrate orchestrator; do give $service postgres-service-password "$(secret postgres-service-password)"; done
rm -f "$secrets/orchestrator/postgres-password"
for service in orchestrator relay; do
  give $service nats-user $service
  give $service nats-password "$(secret "nats-$service")"
  give $service internal-token "$(secret internal-token)"
done
chmod 0700 "$secrets/all"

# The engine makes a missing bind source as root; only what root got by accident is given away.
if [ "$uid" != 0 ]; then
  for folder in "$home" "$home/worktrees"; do
    if [ -d "$folder" ] && [ "$(stat -c %u "$folder")" = 0 ]; then chown "$uid:$gid" "$folder"; fi
  done
fi
if [ ! -d "$home/worktrees" ]; then
  mkdir -m 0700 "$home/worktrees"
  chown "$uid:$gid" "$home/worktrees"
fi
# What a session leaves in its worktree is not for other users of the machine: a program that runs as the owner, whoever starts it, would be.
if [ "$(stat -c %a "$home/worktrees")" != 700 ]; then
  chmod 0700 "$home/worktrees" || printf 'orchestra: other users of this machine get into %s, whose mode could not be changed.\n' "$home/worktrees" >&2
fi

for volume in sockets seeds spawner-sock state mirror checks relay-state; do
  if [ "$(stat -c %u:%g "/volumes/$volume")" != "$uid:$gid" ]; then chown "$uid:$gid" "/volumes/$volume"; fi
done
# The page's server runs as a user of its own, whoever owns the project.
chown -R 1000:1000 /volumes/webdata
chmod 0700 /volumes/relay-state /volumes/state
chmod 0711 /volumes/sockets
