# Waits for a stack to be up, with progress, and explains a start that fails.
# shellcheck shell=sh

start_timeout=180

# One line per container: service|state|health|exit code|restarts
stack_states() {
  docker ps -aq --filter "label=com.docker.compose.project=$stack" --filter "label=com.docker.compose.oneoff=False" | xargs -r docker inspect \
    --format '{{index .Config.Labels "com.docker.compose.service"}}|{{.State.Status}}|{{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}}|{{.State.ExitCode}}|{{.RestartCount}}' 2>/dev/null
}

stack_is_ready() {
  states=$(stack_states)
  for service in postgres nats orchestrator relay spawner web; do
    case "$states" in *"$service|running|healthy|"*) ;; *) return 1 ;; esac
  done
}

# A service that has been started again three times and is not well: more waiting does not help.
stack_loops() { stack_states | awk -F'|' '$5 > 2 && !($2 == "running" && $3 == "healthy") { bad = 1 } END { exit !bad }'; }
stack_ended() { stack_states | awk -F'|' '$2 == "exited" && $4 > 0 { bad = 1 } END { exit !bad }'; }

# All that decides what the stack looks like, as one word.
stack_fingerprint() {
  {
    env | grep '^ORCHESTRA_' | grep -Ev '^ORCHESTRA_(NPMRC|APT_MIRROR|ROOT|DATABASE_COPY)=' | LC_ALL=C sort
    cat "$ORCHESTRA_ROOT/compose.yaml" "$ORCHESTRA_ROOT/compose.demo.yaml" "$(settings_dir)/networks.yaml"
  } | git hash-object --stdin
}

# Starts the stack, or leaves one alone that is well and as it should be.
stack_start_where_needed() {
  if [ "$(cat "$(settings_dir)/started" 2>/dev/null)" = "$(stack_fingerprint)" ] && stack_is_ready; then
    step "$stack runs already"
    return 0
  fi
  schema_guard
  step "Starting $stack"
  rm -f "$(settings_dir)/started"
  stack_start
  stack_fingerprint >"$(settings_dir)/started"
  schema_known >"$(settings_dir)/schema"
}

# Starts compose in the background and reports each service as it gets ready.
stack_start() {
  up_log=$(settings_dir)/up.log
  # A container that crashed before is made anew, so that its past does not count. (State is in volumes.)
  stack_states | awk -F'|' '$5 > 0 && $3 != "healthy" { print $1 }' | while read -r service; do
    docker ps -aq --filter "label=com.docker.compose.project=$stack" --filter "label=com.docker.compose.service=$service" | xargs -r docker rm --force >/dev/null
  done
  stack_compose --progress plain up --detach --no-build --remove-orphans >"$up_log" 2>&1 &
  up_pid=$!
  told=' ' waited=0
  while :; do
    for line in $(stack_states); do
      service=${line%%|*}
      case "$line" in
        *'|running|healthy|'* | *'|exited|'*'|0|'*)
          case "$told" in *" $service "*) ;; *) told="$told$service " && printf '    %s ready\n' "$service" ;; esac ;;
      esac
    done
    if ! kill -0 "$up_pid" 2>/dev/null; then
      if wait "$up_pid"; then break; fi
      if [ -n "${wanted_port:-}" ] || ! port_was_lost; then stack_explain; fi
      port_choose_again
      stack_start
      return 0
    fi
    if stack_loops; then
      kill "$up_pid" 2>/dev/null || :
      stack_explain
    fi
    sleep 1
  done
  until stack_is_ready; do
    waited=$((waited + 1))
    [ "$waited" -lt "$start_timeout" ] || stack_explain
    if stack_loops || stack_ended; then stack_explain; fi
    sleep 1
  done
}

port_was_lost() { grep -qE 'port is already allocated|address already in use' "$up_log"; }

# Ends the launcher with the log of what failed.
stack_explain() {
  if port_was_lost; then
    die "port $ORCHESTRA_PORT was taken by another program in this moment." "Run this again, or choose one: --port N"
  fi
  if grep -qi 'no space left' "$up_log"; then
    die "the disk is full." "Free some space (docker system df shows what Docker holds) and run this again; nothing was lost."
  fi
  if grep -qi 'all predefined address pools have been fully subnetted' "$up_log"; then
    die "Docker has no address range left for another network." "Stop a stack you do not need (orchestra status --all), or: docker network prune"
  fi
  # First what has failed, then what is merely late.
  failed=$(stack_states | grep -E '\|(exited|dead)\|[^|]*\|[1-9]|\|restarting\||\|unhealthy\|' || :)
  late=$(stack_states | grep -Ev '\|(exited|created)\||\|running\|healthy\|' || :)
  line=$(say "$failed" "$late" | sed '/^$/d' | head -n 1)
  service=${line%%|*}
  case "$line" in
    '')
      tail -n 12 "$up_log" >&2
      die "the stack could not be started." "The whole log: $up_log" ;;
    init'|exited|'*)
      # Its own words say what to do.
      stack_compose logs --no-log-prefix --no-color --tail 12 init 2>/dev/null | sed '/^$/d' >&2
      exit 1 ;;
  esac
  printf 'orchestra: %s did not start. The end of its log:\n' "$service" >&2
  stack_compose logs --no-color --tail 25 "$service" >&2 || :
  die "the stack is not up." "Try:  orchestra doctor     The log of all:  orchestra logs     Nothing was lost; run this again after a change."
}
