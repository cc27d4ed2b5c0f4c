# remove: everything of a stack goes, and nothing that somebody made is lost.
# shellcheck shell=sh

# As confirm, for what cannot be undone: where nobody can answer, only --yes is a yes.
confirm_loss() {
  if [ "${assume_yes:-0}" = 1 ]; then return 0; fi
  if [ ! -t 0 ] || [ ! -t 1 ]; then die "nothing was changed: nobody can be asked here." "Say yes with --yes."; fi
  printf '%s [y/N] ' "$1"
  read -r answer || return 1
  case "$answer" in y | Y | yes | Yes) return 0 ;; *) return 1 ;; esac
}

cmd_remove() {
  directory=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes | -y) assume_yes=1 ;;
      -*) die "remove takes no $1." "orchestra remove [DIR] [--yes]" ;;
      *) directory=$1 ;;
    esac
    shift
  done
  project_find "$directory"
  settings_load
  engine_answers || die "no Docker engine answers, so what it holds can't be removed." "Start Docker and run this again."
  remove_find
  if [ -z "$remove_volumes$remove_containers" ] && [ ! -d "$(settings_dir)" ]; then
    say "There is nothing of Orchestra for $project_dir."
    return 0
  fi
  lock_take
  stack_environment
  stack_build
  remove_bundle=$ORCHESTRA_HOME/removed/$stack-$(date +%Y%m%d-%H%M%S).bundle
  remove_say
  confirm_loss "Remove all of that?" || die "nothing was changed."
  step "Stopping $stack"
  stack_stop_all
  step "Bringing home what was not imported"
  remove_bring_home
  step "Removing containers, volumes, networks and images"
  remove_docker
  remove_folders
  lock_drop
  remove_report
}

count_lines() { printf '%s' "$1" | grep -c . || :; }

remove_find() {
  remove_containers=$(docker ps -aq --filter "label=com.docker.compose.project=$stack"; docker ps -aq --filter "label=dev.orchestra.install=$stack")
  remove_volumes=$(docker volume ls -q --filter "label=com.docker.compose.project=$stack"; docker volume ls -q --filter "label=dev.orchestra.install=$stack")
  remove_networks=$(docker network ls -q --filter "label=com.docker.compose.project=$stack")
}

# Without the services and without a network: only what is in the repository and on the disk is read.
leave() {
  leave_volume() { printf 'type=volume,source=%s_%s,target=%s' "$stack" "$1" "$2"; }
  docker run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL --cap-add SETUID --cap-add SETGID --security-opt no-new-privileges:true \
    --env "ORCHESTRA_PROJECT_DIR=$project_dir" --env "ORCHESTRA_HOME=$ORCHESTRA_HOME" --env "ORCHESTRA_INSTALL=$stack" \
    --mount "type=bind,source=$project_dir,target=$project_dir" --mount "type=bind,source=$ORCHESTRA_HOME,target=$ORCHESTRA_HOME" \
    --mount "$(leave_volume secrets /run/secrets),volume-subpath=orchestrator,readonly" --mount "$(leave_volume state /var/lib/orchestra)" \
    --mount "$(leave_volume mirror /run/mirror)" --mount "$(leave_volume spawner-sock /run/spawner)" \
    "orchestra-orchestrator:$ORCHESTRA_TAG" node services/orchestrator/src/leave.ts "$@"
}
has_volume() { docker volume inspect "$stack"_"$1" >/dev/null 2>&1; }

remove_say() {
  say "" "Of $stack ($project_dir) this is removed:" \
    "  $(count_lines "$remove_containers") containers, $(count_lines "$remove_volumes") volumes (sessions, conversations, messages, keys), $(count_lines "$remove_networks") networks, its images"
  if has_volume secrets; then leave list | sed 's/^/  /'; fi
  say "  the refs below refs/orchestra/; what no branch keeps of them, and uncommitted work, goes into" "    $remove_bundle" \
    "Branches, your checkout and .orchestra/spec stay." ""
}

# Agents first get their time to push; the orchestrator would start them again, so it goes before them.
stack_stop_all() {
  stack_compose --progress quiet stop orchestrator 2>/dev/null || :
  sessions=$(docker ps -aq --filter "label=dev.orchestra.install=$stack")
  if [ -n "$sessions" ]; then printf '%s\n' "$sessions" | xargs docker stop --time 10 >/dev/null; fi
  stack_compose --progress quiet stop 2>/dev/null || :
}

remove_bring_home() {
  remove_out=''
  has_volume secrets || return 0
  stack_compose --progress quiet up --detach --no-deps --no-build spawner >/dev/null 2>&1 || die "the spawner could not be started." "orchestra logs spawner"
  waited=0
  until case "$(stack_states)" in *'spawner|running|healthy|'*) : ;; *) false ;; esac; do
    waited=$((waited + 1))
    [ "$waited" -lt 60 ] || die "the spawner does not get ready; nothing was removed." "orchestra logs spawner"
    sleep 1
  done
  remove_out=$(leave go "$remove_bundle") || die "not everything could be brought home, so nothing was removed." "Run this again; what was done stays done."
  printf '%s\n' "$remove_out" | grep -E '^(imported|pinned) ' | sed 's/^/    /' || :
}

remove_docker() {
  kept=$(printf '%s\n' "$remove_out" | sed -n 's/^keep \([a-z0-9-]*\):.*/\1/p')
  remove_find
  if [ -n "$remove_containers" ]; then printf '%s\n' "$remove_containers" | sort -u | xargs docker rm --force >/dev/null; fi
  printf '%s\n' "$remove_volumes" | sed '/^$/d' | sort -u | while read -r volume; do
    for session in $kept; do if [ "$volume" = "$stack-git-$session" ]; then continue 2; fi; done
    docker volume rm "$volume" >/dev/null
  done
  if [ -n "$remove_networks" ]; then printf '%s\n' "$remove_networks" | xargs docker network rm >/dev/null; fi
  images_drop
  # The images that it ran, but for those that another stack runs or has run: without --force the engine refuses what a container uses.
  for tag in $(cat "$(settings_dir)/tags" 2>/dev/null) "$ORCHESTRA_TAG"; do
    if grep -qsx "$tag" $(find "$ORCHESTRA_HOME/installs" -name tags ! -path "$(settings_dir)/*" 2>/dev/null) /dev/null; then continue; fi
    if docker ps -a --filter label=dev.orchestra.stack --format '{{.Image}}' | grep -q ":$tag\$"; then continue; fi
    docker image ls --format '{{.Repository}}:{{.Tag}}' --filter 'reference=orchestra-*' | grep -E "^orchestra-(orchestrator|relay|spawner|web|agent|model|contract):$tag(-cli-.*)?\$" | xargs -r docker image rm >/dev/null 2>&1 || :
  done
}

remove_folders() {
  rm -rf "$(settings_dir)"
  if [ -z "$(find "$ORCHESTRA_HOME/installs" -mindepth 1 -maxdepth 1 2>/dev/null)" ]; then rm -rf "$ORCHESTRA_HOME/cache" "$ORCHESTRA_HOME/git"; fi
  for folder in installs worktrees; do rmdir "$ORCHESTRA_HOME/$folder" 2>/dev/null || :; done
  if [ -d "$ORCHESTRA_HOME/removed" ] && is_root && [ "$owner_uid" != 0 ]; then chown -R "$owner_uid" "$ORCHESTRA_HOME/removed"; fi
  rmdir "$ORCHESTRA_HOME" 2>/dev/null || :
}

remove_report() {
  say "" "Orchestra is removed from $project_dir. Your branches and your checkout are as they were."
  printf '%s\n' "$remove_out" | sed -n 's/^left \(.*\)/  Left, look at it yourself: \1/p; s/^keep \([a-z0-9-]*\): \(.*\)/  The volume '"$stack"'-git-\1 is kept: \2/p'
  if [ -s "$remove_bundle" ]; then
    say "  What no branch keeps is in $remove_bundle" "  Look: git bundle list-heads FILE     Bring it back: git fetch FILE 'refs/orchestra/*:refs/orchestra/*'"
  fi
  say "  Backups, where you made any, are where you put them; those of upgrades are in $ORCHESTRA_HOME/backups."
}
