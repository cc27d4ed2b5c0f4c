# Compose for one stack, and the images of ours that it runs.
# shellcheck shell=sh

orchestra_version() { sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$ORCHESTRA_ROOT/package.json" | head -n 1; }

# Our images carry what they were built from in their tag: unchanged sources are not built again, and
# two clones of Orchestra do not take each other's.
stack_tag() {
  (
    cd "$ORCHESTRA_ROOT"
    files=$(find package.json package-lock.json .npmrc .dockerignore tsconfig.json packages services images/agent migrations test/package.json test/scripted-model \
      -type f ! -path '*/node_modules/*' ! -path '*/dist/*' ! -name '*.test.ts' ! -name '*.itest.ts' 2>/dev/null | LC_ALL=C sort)
    say "$files"
    say "$files" | tr '\n' '\0' | xargs -0 cat
    docker image inspect --format '{{.Id}}' node:24-trixie-slim caddy:2.11.4 tsl0922/ttyd:1.7.7
  ) | git hash-object --stdin | cut -c1-12
}

# Sets what compose.yaml takes from the environment. After settings_load.
stack_environment() {
  ORCHESTRA_TAG=$(stack_tag)
  ORCHESTRA_HOST_CA=$(host_ca_bundle)
  if [ "$ORCHESTRA_HOST_CA" = - ]; then unset ORCHESTRA_HOST_CA; else export ORCHESTRA_HOST_CA; fi
  export ORCHESTRA_TAG
  registries_find
  unset COMPOSE_PROFILES COMPOSE_FILE COMPOSE_ENV_FILES
}

# An .env of the person's repository is none of ours: hence the empty one.
stack_compose() {
  (
    # In front of the caller's own arguments: which files make up this stack.
    networks_file=$(settings_dir)/networks.yaml
    if [ -s "$networks_file" ]; then set -- --file "$networks_file" "$@"; fi
    if [ -n "${ORCHESTRA_OVERLAY:-}" ]; then set -- --file "$ORCHESTRA_OVERLAY" "$@"; fi
    if [ "${ORCHESTRA_DEMO:-}" = 1 ]; then set -- --file "$ORCHESTRA_ROOT/compose.demo.yaml" "$@"; fi
    exec docker compose --project-name "$stack" --env-file /dev/null --project-directory "$ORCHESTRA_ROOT" --file "$ORCHESTRA_ROOT/compose.yaml" "$@"
  )
}

stack_images() {
  for image in orchestrator relay spawner agent web; do say "orchestra-$image:$ORCHESTRA_TAG"; done
  if [ "${ORCHESTRA_DEMO:-}" = 1 ]; then say "orchestra-model:$ORCHESTRA_TAG"; fi
}

stack_build() {
  missing=''
  for image in $(stack_images); do image_exists "$image" || missing="$missing $image"; done
  if [ -z "$missing" ]; then
    stack_build_clis
    return 0
  fi
  mkdir -p "$ORCHESTRA_HOME/cache"
  build_log=$ORCHESTRA_HOME/cache/build.log
  export ORCHESTRA_NPMRC="$ORCHESTRA_HOME/cache/npmrc"
  npmrc_write "$ORCHESTRA_NPMRC"
  if [ "$(os_release ID)" = debian ] && have apt-get; then
    ORCHESTRA_APT_MIRROR=$(debian_mirror)
    export ORCHESTRA_APT_MIRROR="${ORCHESTRA_APT_MIRROR%/}"
  fi
  step "Building the services and the sessions' image (first time: some minutes, about 500 MB; log: $build_log)"
  : >"$build_log"
  logged "$build_log" stack_compose --progress plain build ||
    die "the build failed." "The whole log: $build_log" "A package registry out of reach? Run:  orchestra doctor"
  stack_prune
  stack_build_clis
}

# The image of each CLI version that sessions were made with.
stack_build_clis() {
  for version in $(cli_versions); do
    cli_build "$version" || warn "the sessions' image with Claude Code $version could not be built; sessions made with it can't start. The log: $ORCHESTRA_HOME/cache/cli.log"
  done
}

# Drops our images of earlier sources, but none of a stack that is up (its spawner still needs the sessions' image) and not the
# newest four of each: another `up` may have built one a moment ago.
stack_prune() {
  kept=" $ORCHESTRA_TAG local $(docker ps -a --filter label=dev.orchestra.stack --format '{{.Image}}' | sed 's/.*://' | tr '\n' ' ')"
  docker image ls --format '{{.Repository}} {{.Tag}}' --filter 'reference=orchestra-*' | awk 'seen[$1]++ >= 4' | while read -r image tag; do
    case "$kept" in *" ${tag%%-cli-*} "*) continue ;; esac
    case "$image" in
      orchestra-orchestrator | orchestra-relay | orchestra-spawner | orchestra-web | orchestra-agent | orchestra-model | orchestra-contract)
        docker image rm "$image:$tag" >/dev/null 2>&1 || : ;;
    esac
  done
}

stack_container() { docker ps -q --filter "label=com.docker.compose.project=$stack" --filter "label=com.docker.compose.service=$1" 2>/dev/null | head -n 1; }
stack_runs() { [ -n "$(stack_container orchestrator)" ]; }

stack_publishes() {
  [ -n "$1" ] && id=$(stack_container web) && [ -n "$id" ] && docker port "$id" 2>/dev/null | grep -q ":$1\$"
}

stack_address() { printf '%s://%s:%s\n' "$ORCHESTRA_SCHEME" "$ORCHESTRA_NAME" "$ORCHESTRA_PORT"; }

# Runs a program of a service as the project's owner.  usage: stack_exec SERVICE COMMAND...
stack_exec() {
  service=$1
  shift
  stack_compose exec -T "$service" as-owner "$@"
}

require_running() {
  engine_answers || die "no Docker engine answers." "Start Docker, or run:  orchestra up"
  stack_runs || die "Orchestra does not run for $project_dir." "Start it:  orchestra up '$project_dir'"
}
