# cli: another version of the coding CLI, tried before sessions get it.
# shellcheck shell=sh

# The version that the agent image is built with unless another was chosen.
cli_default() { sed -n 's/^ARG CLAUDE_CODE_VERSION=//p' "$ORCHESTRA_ROOT/images/agent/Dockerfile" | head -n 1; }
cli_image() { printf 'orchestra-agent:%s-cli-%s\n' "$ORCHESTRA_TAG" "$1"; }
# Every version that a session of this stack may have been made with.
cli_versions() { cat "$(settings_dir)/cli-versions" 2>/dev/null || :; }

# usage: cmd_cli [VERSION | default]
cmd_cli() {
  # Not `wanted`: project_find has that.
  cli_wanted=${1:-}
  project_find ''
  settings_load
  if [ -z "$cli_wanted" ]; then
    say "Claude Code ${ORCHESTRA_CLI_VERSION:-$(cli_default)} for new sessions${ORCHESTRA_CLI_VERSION:+ (chosen; the default is $(cli_default))}" "Another one:  orchestra cli VERSION     Back to the default:  orchestra cli default"
    if engine_answers && stack_runs; then
      here
      sql "select '  ' || id || ': ' || coalesce(cli_version, '$(cli_default)') from sessions where role <> 'check' and phase <> 'deleted' order by created_at"
    fi
    return 0
  fi
  case "$cli_wanted" in
    default) ;;
    [0-9]*.[0-9]*.[0-9]*) case "$cli_wanted" in *[!0-9A-Za-z.-]*) die "\"$cli_wanted\" is no version." ;; esac ;;
    *) die "\"$cli_wanted\" is no version." "orchestra cli 2.1.330, or: orchestra cli default" ;;
  esac
  engine_ensure
  mkdir -p "$ORCHESTRA_HOME/cache"
  lock_take
  images_ensure
  stack_environment
  stack_build
  if [ "$cli_wanted" = default ] || [ "$cli_wanted" = "$(cli_default)" ]; then
    cli_take ''
    return 0
  fi
  cli_build "$cli_wanted" || die "Claude Code $cli_wanted could not be had; sessions keep ${ORCHESTRA_CLI_VERSION:-$(cli_default)}." "Does that version exist?  npm view @anthropic-ai/claude-code versions     The log: $ORCHESTRA_HOME/cache/cli.log"
  cli_try "$cli_wanted"
  grep -qsx "$cli_wanted" "$(settings_dir)/cli-versions" || say "$cli_wanted" >>"$(settings_dir)/cli-versions"
  cli_take "$cli_wanted"
}

# The agent image with another CLI; all else of it comes from the build cache.
cli_build() {
  if image_exists "$(cli_image "$1")"; then return 0; fi
  step "Building the sessions' image with Claude Code $1 (log: $ORCHESTRA_HOME/cache/cli.log)"
  docker_build cli.log "$(cli_image "$1")" images/agent/Dockerfile --build-arg "CLAUDE_CODE_VERSION=$1"
}

# usage: docker_build LOG TAG DOCKERFILE [ARGS...]    as compose builds ours, with what this host needs
docker_build() {
  build_log=$ORCHESTRA_HOME/cache/$1 build_tag=$2 build_file=$3
  shift 3
  npmrc_write "$ORCHESTRA_HOME/cache/npmrc"
  mirror=''
  if [ "$(os_release ID)" = debian ] && have apt-get; then mirror=$(debian_mirror) && mirror=${mirror%/}; fi
  : >"$build_log"
  docker buildx build --progress plain --load --tag "$build_tag" --file "$ORCHESTRA_ROOT/$build_file" "$@" --build-arg "APT_MIRROR=$mirror" \
    --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY \
    --secret "id=npmrc,src=$ORCHESTRA_HOME/cache/npmrc" --secret "id=host_ca,src=${ORCHESTRA_HOST_CA:-$ORCHESTRA_ROOT/images/no-extra-ca.pem}" "$ORCHESTRA_ROOT" >>"$build_log" 2>&1
}

# Ends the launcher with the lines that broke; everything stays as it was.
cli_try() {
  contract=orchestra-contract:$ORCHESTRA_TAG
  if ! image_exists "$contract"; then
    step "Building what tries it"
    docker_build contract.log "$contract" services/Dockerfile --target contract || die "what tries a CLI could not be built." "The log: $ORCHESTRA_HOME/cache/contract.log"
  fi
  step "Holding Claude Code $1 against what Orchestra leans on (test/cli-contract; some minutes)"
  work=$(mktemp -d "$ORCHESTRA_HOME/cache/contract.XXXXXX")
  chmod 755 "$work"
  said=$ORCHESTRA_HOME/cache/cli-contract.log
  # A CLI that is far off would let each test run to its deadline: some broken lines are enough.
  if docker run --rm --network none --user 0:0 --env "TMPDIR=$work" --env CI=1 --env NO_COLOR=1 --env "ORCHESTRA_AGENT_IMAGE=$(cli_image "$1")" \
    --volume "${ORCHESTRA_DOCKER_SOCKET:-/var/run/docker.sock}:/var/run/docker.sock" --volume "$work:$work" \
    --volume "$ORCHESTRA_ROOT/test/cli-contract:/opt/orchestra/test/cli-contract:ro" --volume "$ORCHESTRA_ROOT/vitest.config.ts:/opt/orchestra/vitest.config.ts:ro" \
    "$contract" --bail 8 ${ORCHESTRA_CONTRACT_ARGS:-} >"$said" 2>&1; then
    rm -rf "$work"
    say "    $(grep -E '^ *Tests ' "$said" | sed 's/^ *//')"
    return 0
  fi
  rm -rf "$work"
  grep -E '^ *(FAIL|×|→|AssertionError|Error:)' "$said" | sed 's/^ */    /' | awk '!seen[$0]++' | head -n 20 >&2
  docker image rm "$(cli_image "$1")" >/dev/null 2>&1 || :
  die "Claude Code $1 does not do what Orchestra leans on; sessions keep ${ORCHESTRA_CLI_VERSION:-$(cli_default)}." "The whole log: $said"
}

# New sessions get it; those that are there keep theirs.
cli_take() {
  ORCHESTRA_CLI_VERSION=$1
  export ORCHESTRA_CLI_VERSION
  settings_save
  if stack_runs && [ "$(docker inspect --format '{{.Config.Image}}' "$(stack_container orchestrator)")" != "orchestra-orchestrator:$ORCHESTRA_TAG" ]; then
    say "New sessions start with Claude Code ${1:-$(cli_default)} once the stack runs this version of Orchestra:  orchestra up"
  elif stack_runs; then
    stack_compose --progress quiet up --detach --no-build --no-deps orchestrator >/dev/null 2>&1 || die "the orchestrator could not be started again." "orchestra up"
    rm -f "$(settings_dir)/started"
    say "New sessions start with Claude Code ${1:-$(cli_default)}; those that are there keep theirs."
  else
    say "New sessions will start with Claude Code ${1:-$(cli_default)}."
  fi
}
