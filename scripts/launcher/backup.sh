# backup, restore, and the copy of the database before each migration.
# shellcheck shell=sh

backups_kept=5

# usage: cmd_backup FILE [--yes]
cmd_backup() {
  backup_file=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes | -y) assume_yes=1 ;;
      -*) die "backup takes no $1." "orchestra backup FILE [--yes]" ;;
      *) backup_file=$1 ;;
    esac
    shift
  done
  [ -n "$backup_file" ] || die "backup needs a file to write." "orchestra backup ~/orchestra.backup"
  backup_file=$(absolute_path "$backup_file")
  backup_find
  if [ -e "$backup_file" ]; then confirm_loss "Replace $backup_file?" || die "nothing was changed."; fi
  backup_work=$(mktemp -d "${backup_file%/*}/.orchestra-backup.XXXXXX") || die "${backup_file%/*} can't be written." "Choose another place."
  trap 'rm -rf "$backup_work"' EXIT
  trap 'exit 130' INT TERM
  if [ "$backup_alone" = 1 ]; then
    lock_take
    # From here on the stack is this command's to stop.
    trap 'rm -rf "$backup_work"; backup_end' EXIT
    networks_choose
    step "Starting the database alone, for its copy"
    stack_start_postgres
  fi
  backup_make "$backup_file"
  say "$backup_file ($(du -h "$backup_file" | cut -f1)). It holds no model credential. Back it comes with:  orchestra restore '$backup_file'"
}

# As `here`; a stack that is down is backed up too.
backup_find() {
  backup_alone=0
  project_find ''
  settings_load
  engine_answers || die "no Docker engine answers, so what it holds can't be read." "Start Docker and run this again."
  if stack_runs; then here && return 0; fi
  docker volume inspect "${stack}_pgdata" >/dev/null 2>&1 || die "there is nothing of Orchestra for $project_dir yet." "orchestra up '$project_dir'"
  backup_alone=1
  stack_environment
  stack_build
}

backup_end() {
  stack_compose --progress quiet down >/dev/null 2>&1 || warn "the database is still up: orchestra down"
  lock_drop
}

absolute_path() {
  case "$1" in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$(pwd -P)" "$1" ;; esac
}

sql() { stack_compose exec -T postgres psql -U orchestra -At -c "$1" orchestra; }
session_volumes() { docker volume ls -q --filter "label=dev.orchestra.install=$stack" --filter label=dev.orchestra.session; }

# The database first: what volumes have beyond it arrives again when sessions come back.
backup_make() {
  step "Database"
  stack_compose exec -T postgres pg_dump -U orchestra -Fc orchestra >"$backup_work/postgres.dump" || die "the database could not be read." "orchestra logs postgres"
  backup_schema=$(sql 'select max(version) from schema_versions')
  step "Branches and pins of sessions"
  backup_refs
  step "Private git folders, conversations, snapshots, spec ($(session_volumes | wc -l | tr -d ' ') volumes of sessions)"
  backup_volumes
  printf 'format=1\nversion=%s\nschema=%s\nproject=%s\nstack=%s\nmade=%s\n' "$(orchestra_version)" "$backup_schema" "$project_dir" "$stack" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$backup_work/manifest"
  step "Packing"
  tar -C "$backup_work" -czf "$backup_work/all" manifest postgres.dump refs.bundle volumes.tar || die "the backup could not be written." "Is the disk full?  df -h '$backup_work'"
  mv "$backup_work/all" "$1"
  if is_root && [ "$owner_uid" != 0 ]; then chown "$owner_uid" "$1"; fi
  chmod 0600 "$1"
  rm -rf "$backup_work"
}

# What remotes have is not kept again: a clone has it.
backup_refs() {
  : >"$backup_work/refs.bundle"
  branches=$(sql "select 'refs/heads/' || branch from sessions where branch is not null" | sort -u | while read -r ref; do
    if git_in "$project_dir" show-ref --verify --quiet "$ref"; then printf '%s\n' "$ref"; fi
  done)
  own=$(git_in "$project_dir" for-each-ref --format='%(refname)' refs/orchestra)
  [ -n "$branches$own" ] || return 0
  # shellcheck disable=SC2086
  git_in "$project_dir" bundle create -q "$backup_work/refs.bundle" $branches $own --not --remotes 2>"$backup_work/said" || {
    grep -q 'empty bundle' "$backup_work/said" || die "the branches could not be read: $(tail -n 1 "$backup_work/said")"
    : >"$backup_work/refs.bundle"
  }
}

# Agents go on meanwhile. Of a private git folder refs are read before objects, so that what a ref names is there.
backup_volumes() {
  set --
  for volume in $(session_volumes); do set -- "$@" --volume "$volume:/in/volumes/$volume:ro"; done
  if [ -d "$project_dir/.orchestra/spec" ]; then set -- "$@" --volume "$project_dir/.orchestra/spec:/in/spec:ro"; fi
  docker run --rm --network none --user 0:0 --entrypoint sh "$@" --volume "${stack}_state:/in/state:ro" --volume "$backup_work:/out" "orchestra-orchestrator:$ORCHESTRA_TAG" -c '
    set -eu
    cd /in
    add() { tar --append --file /out/volumes.tar --warning=no-file-changed --warning=no-file-removed --warning=no-file-ignored "$@" || test $? = 1; }
    add --exclude="*/objects" --exclude="*/.npm" --exclude="*/.cache" --exclude=index.lock --exclude=HEAD.lock .
    find . -type d -name objects -prune | while read -r folder; do add "$folder"; done
  ' || die "the volumes could not be read."
}

# usage: cmd_restore FILE [DIR] [--yes]
cmd_restore() {
  # Not `file`: port_choose has that.
  backup_file='' directory='' wanted_port=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes | -y) assume_yes=1 ;;
      --port) option_value "$@" && wanted_port=$2 && shift ;;
      -*) die "restore takes no $1." "orchestra restore FILE [DIR] [--yes]" ;;
      *) if [ -z "$backup_file" ]; then backup_file=$1; else directory=$1; fi ;;
    esac
    shift
  done
  [ -n "$backup_file" ] || die "restore needs the file of a backup." "orchestra restore FILE [DIR]"
  backup_file=$(absolute_path "$backup_file")
  [ -f "$backup_file" ] || die "there is no file $backup_file."
  manifest=$(tar -xzOf "$backup_file" manifest 2>/dev/null) || die "$backup_file is no backup of Orchestra, or it is not whole."
  manifest_value() { printf '%s\n' "$manifest" | sed -n "s/^$1=//p"; }
  [ "$(manifest_value format)" = 1 ] || die "$backup_file was made by a newer Orchestra." "Restore it with that version."
  known=$(schema_known)
  [ "$(manifest_value schema)" -le "$known" ] || die "$backup_file has schema $(manifest_value schema); this Orchestra knows $known." "Restore it with version $(manifest_value version) or newer."
  project_find "$directory"
  project_check
  if [ "$(manifest_value project)" != "$project_dir" ]; then
    die "$backup_file is of $(manifest_value project), not of $project_dir: sessions and worktrees are known by that path." "Put the repository there and run this again."
  fi
  settings_load
  engine_ensure
  if docker volume inspect "${stack}_pgdata" >/dev/null 2>&1; then
    confirm_loss "Replace all sessions, messages and conversations of $project_dir by those of $(manifest_value made)? (Branches and worktrees stay; the present state: orchestra backup FILE)" || die "nothing was changed."
  fi
  mkdir -p "$ORCHESTRA_HOME"
  lock_take
  person_git_save
  disk_check
  images_ensure
  port_choose "${wanted_port:-${ORCHESTRA_PORT:-}}"
  settings_derive
  settings_save
  networks_choose
  stack_environment
  stack_build
  restore_into
  lock_drop
  up_project
}

restore_into() {
  restore_work=$(mktemp -d "$ORCHESTRA_HOME/.restore.XXXXXX")
  trap 'rm -rf "$restore_work"; lock_drop' EXIT
  step "Unpacking"
  tar -C "$restore_work" -xzf "$backup_file" || die "$backup_file is not whole."
  restore_own
  step "Stopping what runs"
  stack_stop_all
  docker ps -aq --filter "label=dev.orchestra.install=$stack" | xargs -r docker rm --force >/dev/null
  stack_compose --progress quiet down --remove-orphans >/dev/null 2>&1
  # The key and the passwords stay; what was in the inboxes comes from the database.
  for volume in $(session_volumes) "${stack}_pgdata" "${stack}_natsdata" "${stack}_state" "${stack}_seeds"; do docker volume rm "$volume" >/dev/null 2>&1 || :; done
  step "Database"
  stack_start_postgres
  # Rights are given anew by the service migrate: its accounts are not there yet.
  stack_compose exec -T postgres pg_restore -U orchestra -d orchestra --no-owner --no-acl --exit-on-error <"$restore_work/postgres.dump" || die "the database could not be restored." "The file may be damaged; nothing of the repository was changed."
  step "Conversations, private git folders, snapshots"
  set --
  for volume in $(tar -tf "$restore_work/volumes.tar" | sed -n 's|^\./volumes/\([^/]*\)/$|\1|p' | sort -u); do
    session=${volume#"$stack"-git-}
    session=${session#"$stack"-home-}
    docker volume create --label "dev.orchestra.install=$stack" --label "dev.orchestra.session=$session" "$volume" >/dev/null
    set -- "$@" --volume "$volume:/in/volumes/$volume"
  done
  docker run --rm --network none --user 0:0 --entrypoint sh "$@" --volume "${stack}_state:/in/state" --volume "$restore_work:/out:ro" "orchestra-orchestrator:$ORCHESTRA_TAG" -c '
    cd /in && tar --extract --file /out/volumes.tar --numeric-owner --same-owner --exclude=./spec .' || die "the volumes could not be restored."
  step "Branches, worktrees, spec"
  mkdir -p "$restore_work/spec"
  tar -C "$restore_work" -xf "$restore_work/volumes.tar" ./spec 2>/dev/null || :
  restore_own
  stack_compose --progress quiet run --rm --no-deps -T --env ORCHESTRA_DATABASE_COPY=the-backup migrate >/dev/null || die "the schema could not be brought forward." "orchestra logs migrate"
  stack_compose --progress quiet run --rm --no-deps -T orchestrator node services/orchestrator/src/restore.ts "$restore_work" | sed 's/^/    /'
  rm -f "$(settings_dir)/started"
  rm -rf "$restore_work"
}

# Conversations are in it: for the project's owner alone, as whom the orchestrator reads it.
restore_own() {
  chmod -R u+rwX "$restore_work"
  if is_root && [ "$owner_uid" != 0 ]; then chown -R "$owner_uid" "$restore_work"; fi
}

stack_start_postgres() {
  stack_compose --progress quiet up --detach --no-build --wait postgres >/dev/null 2>&1 || die "the database could not be started." "orchestra logs postgres"
}

# The newest migration of this clone, as a number.
schema_known() { find "$ORCHESTRA_ROOT/migrations" -name '[0-9][0-9][0-9][0-9]-*.sql' | sed 's|.*/0*\([0-9]*\)-.*|\1|' | sort -n | tail -n 1; }

# Before a start: is the database of this schema? An older one is copied first, a newer one is refused in time.
schema_guard() {
  known=$(schema_known)
  if [ "$(cat "$(settings_dir)/schema" 2>/dev/null)" = "$known" ] || ! docker volume inspect "${stack}_pgdata" >/dev/null 2>&1; then return 0; fi
  stack_start_postgres
  found=$(sql 'select max(version) from schema_versions' 2>/dev/null || :)
  [ -n "$found" ] || return 0
  if [ "$found" -gt "$known" ]; then
    die "the database has schema $found, this Orchestra knows $known: it was made by a newer one." "Start the newer version again, or restore a backup:  ls '$ORCHESTRA_HOME/backups/$stack'"
  fi
  if [ "$found" -lt "$known" ]; then
    folder=$ORCHESTRA_HOME/backups/$stack
    mkdir -p "$folder"
    copy=$folder/schema-$found-$(date +%Y%m%d-%H%M%S).dump
    step "The database goes from schema $found to $known; a copy first: $copy"
    (umask 077 && stack_compose exec -T postgres pg_dump -U orchestra -Fc orchestra >"$copy.new") || die "the database could not be copied, so it is not changed." "Is the disk full?"
    mv "$copy.new" "$copy"
    # Else the service migrate makes one of its own, inside of the database's volume.
    export ORCHESTRA_DATABASE_COPY="$copy"
    ls -1t "$folder"/schema-*.dump | tail -n +$((backups_kept + 1)) | while read -r old; do rm -f "$old"; done
    if is_root && [ "$owner_uid" != 0 ]; then chown -R "$owner_uid" "$ORCHESTRA_HOME/backups"; fi
  fi
}

# usage: cmd_upgrade [DIR] [--yes]: the clone first, then `up` of the new version.
cmd_upgrade() {
  if git_in "$ORCHESTRA_ROOT" rev-parse --abbrev-ref '@{upstream}' >/dev/null 2>&1; then
    step "Getting the newest Orchestra"
    git -C "$ORCHESTRA_ROOT" pull --ff-only || die "the clone $ORCHESTRA_ROOT could not be brought forward." "It has changes of its own? git -C '$ORCHESTRA_ROOT' status"
  else
    say "$ORCHESTRA_ROOT follows no remote branch; going on with what is there."
  fi
  exec "$ORCHESTRA_ROOT/orchestra" up "$@"
}
