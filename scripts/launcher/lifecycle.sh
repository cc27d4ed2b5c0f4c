# up, down, status: the life of a stack.
# shellcheck shell=sh

cmd_up() {
  directory='' wanted_port=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes | -y) assume_yes=1 ;;
      --port) option_value "$@" && wanted_port=$2 && shift ;;
      --bind) option_value "$@" && ORCHESTRA_BIND=$2 && shift ;;
      --tls-name) option_value "$@" && ORCHESTRA_TLS_NAME=$2 && shift ;;
      --allow-host) option_value "$@" && ORCHESTRA_ALLOWED_HOSTS="${ORCHESTRA_ALLOWED_HOSTS:+$ORCHESTRA_ALLOWED_HOSTS,}$2" && shift ;;
      -*) die "up knows no option $1." "orchestra --help lists them." ;;
      *) [ -z "$directory" ] || die "one folder at a time: $directory or $1?" && directory=$1 ;;
    esac
    shift
  done
  wanted_port=${wanted_port:-${ORCHESTRA_PORT:-}}
  project_find "$directory"
  project_check
  settings_load
  up_project
}

# Which images this stack has run: `remove` takes them along.
tag_remember() { grep -qsx "$ORCHESTRA_TAG" "$(settings_dir)/tags" || say "$ORCHESTRA_TAG" >>"$(settings_dir)/tags"; }

option_value() { [ -n "${2:-}" ] || die "$1 needs a value." "orchestra --help"; }

# The rest of `up`, for project_dir and the settings that are loaded (also used by demo).
up_project() {
  mkdir -p "$ORCHESTRA_HOME" || die "$ORCHESTRA_HOME cannot be made." "Set ORCHESTRA_HOME to a folder that you may write."
  lock_take
  person_git_save
  engine_ensure
  disk_check
  # Before images are built, which takes minutes.
  port_choose "${wanted_port:-}"
  images_ensure
  settings_derive
  settings_save
  networks_choose
  stack_environment
  stack_build
  stack_start_where_needed
  tag_remember
  settings_own
  lock_drop
  say '' "Orchestra runs for $project_dir" ''
  say_link
  say '' "    stop it: orchestra down     look inside: orchestra status, orchestra logs, orchestra psql"
}

# The address with a token that signs in one browser, once.
say_link() {
  token=$(stack_exec orchestrator node services/orchestrator/src/signin.ts) || die "no sign-in token could be made." "orchestra logs orchestrator"
  printf '    open  %s/#token=%s\n' "$(stack_address)" "$token"
}

# One `up` per stack at a time. A lock whose holder is gone is taken over.
lock_take() {
  lock=$(settings_dir)/lock
  mkdir -p "$(settings_dir)" || die "$(settings_dir) cannot be made." "Is $ORCHESTRA_HOME yours?  ls -ld '$ORCHESTRA_HOME'"
  if ! mkdir "$lock" 2>/dev/null; then
    holder=$(cat "$lock/pid" 2>/dev/null || :)
    if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then
      die "another \"orchestra up\" for this repository is at work (process $holder)." "Wait for it."
    fi
  fi
  echo $$ >"$lock/pid"
  trap lock_drop EXIT
  trap 'exit 130' INT TERM
}
lock_drop() { rm -rf "$(settings_dir)/lock"; }

# A full disk loses work in the worst moment, so it is said before.
disk_check() {
  root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)
  for folder in "$ORCHESTRA_HOME" "$root"; do
    [ -d "$folder" ] || continue
    free=$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "${free:-9999999}" -lt 1024 ]; then
      die "only $free MB are free on the disk of $folder." "Free at least 1 GB (docker system df shows what Docker holds) and run this again."
    elif [ "${free:-9999999}" -lt 6144 ]; then
      warn "only $free MB are free on the disk of $folder; a first start needs about 5 GB."
    fi
  done
}

cmd_down() {
  directory='' purge=0
  while [ $# -gt 0 ]; do
    case "$1" in
      --purge) purge=1 ;;
      --yes | -y) assume_yes=1 ;;
      -*) die "down knows no option $1." ;;
      *) directory=$1 ;;
    esac
    shift
  done
  project_find "$directory"
  settings_load
  engine_answers || die "no Docker engine answers, so nothing runs."
  if [ "$purge" = 1 ]; then
    confirm "Delete all sessions, messages and keys of $project_dir? Branches and worktrees stay." || die "nothing was changed."
  fi
  step "Stopping $stack"
  stack_compose --progress quiet stop orchestrator 2>/dev/null || :
  sessions=$(docker ps -aq --filter "label=dev.orchestra.install=$stack")
  if [ -n "$sessions" ]; then printf '%s\n' "$sessions" | xargs docker stop --time 10 >/dev/null; fi
  if [ "$purge" = 1 ]; then
    if [ -n "$sessions" ]; then printf '%s\n' "$sessions" | xargs docker rm --force >/dev/null; fi
    stack_compose --progress quiet down --remove-orphans --volumes
    docker volume ls -q --filter "label=dev.orchestra.install=$stack" | xargs -r docker volume rm >/dev/null
    images_drop
    rm -rf "$(settings_dir)"
    say "Stopped, and its volumes are deleted. Branches and $ORCHESTRA_HOME/worktrees stay."
  else
    stack_compose --progress quiet down --remove-orphans
    say "Stopped. Sessions, messages and worktrees stay; orchestra up goes on where they were."
  fi
}

cmd_status() {
  if [ "${1:-}" = --all ]; then
    engine_answers || die "no Docker engine answers, so nothing runs."
    printf '%-44s %-10s %-28s %s\n' STACK STATE ADDRESS FOLDER
    docker ps -a --filter 'label=dev.orchestra.stack' --format '{{.Label "dev.orchestra.stack"}}|{{.State}}|{{.Label "dev.orchestra.address"}}|{{.Label "dev.orchestra.directory"}}' |
      sort | while IFS='|' read -r name state address folder; do printf '%-44s %-10s %-28s %s\n' "$name" "$state" "$address" "$folder"; done
    return 0
  fi
  project_find "${1:-}"
  settings_load
  engine_answers || die "no Docker engine answers, so nothing runs." "Start Docker, or run:  orchestra up"
  say "folder    $project_dir" "stack     $stack"
  if ! stack_runs; then
    say "state     stopped (start it: orchestra up)"
    return 0
  fi
  say "page      $(stack_address)     (a new sign-in link: orchestra link)" "state     $ORCHESTRA_HOME"
  for line in $(stack_states | sort); do
    service=${line%%|*}
    rest=${line#*|}
    case "$line" in *'|exited|-|0|'*) continue ;; esac
    printf '  %-14s %s\n' "$service" "$(say "$rest" | awk -F'|' '{ print ($2 == "-" ? $1 : $1 ", " $2) }')"
  done
  say "disk"
  stack_exec orchestrator node services/orchestrator/src/disk.ts 2>/dev/null || say "  not to be had now"
  say "sessions  $(docker ps -q --filter "label=dev.orchestra.install=$stack" --filter label=dev.orchestra.session | wc -l | tr -d ' ') running"
}
