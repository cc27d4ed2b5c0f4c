# logs, psql, login, link, install, test: the way into a running stack, and small things.
# shellcheck shell=sh

# The stack of the repository around the current folder; it must run.
here() {
  project_find ''
  settings_load
  require_running
  export ORCHESTRA_TAG="$(docker inspect --format '{{.Config.Image}}' "$(stack_container orchestrator)" | sed 's/.*://')"
}

cmd_logs() {
  project_find ''
  settings_load
  stack_compose logs --follow --tail 200 "$@"
}

# Reads, so that a slip of the hand changes nothing; --write is the owner of the schema, for who knows what they do.
cmd_psql() {
  role=orchestra_reader
  if [ "${1:-}" = --write ]; then role=orchestra && shift; fi
  here
  if [ -t 0 ] && [ -t 1 ]; then stack_compose exec postgres psql -U "$role" orchestra "$@"
  else stack_compose exec -T postgres psql -U "$role" orchestra "$@"; fi
}

cmd_link() {
  here
  say_link
}

# The key goes from the terminal, unechoed, through a pipe into the relay's volume: never into an
# argument, an environment variable or a file of the host.
cmd_login() {
  base='' forget=0
  while [ $# -gt 0 ]; do
    case "$1" in
      --base-url) option_value "$@" && base=$2 && shift ;;
      --forget) forget=1 ;;
      *) die "login takes no $1." "orchestra login [--base-url URL] [--forget]; the key is asked for, or read from standard input." ;;
    esac
    shift
  done
  here
  key=''
  if [ "$forget" = 0 ]; then login_read; fi
  case "$key$base" in *[\"\\]* | *[![:print:]]*) die "a key or address has no quotes, backslashes or control characters." "Copy it again." ;; esac
  kind=api-key
  case "$key" in sk-ant-oat*) kind=subscription ;; esac
  printf '{"kind":"%s","secret":%s,"baseUrl":%s}\n' "$kind" "$(json_text "$key")" "$(json_text "$base")" |
    stack_exec relay node services/relay/src/login.ts
}

json_text() { if [ -n "$1" ]; then printf '"%s"' "$1"; else printf null; fi; }

login_read() {
  if [ -t 0 ]; then
    say "An API key, or a subscription's token (claude setup-token)."
    saved=$(stty -g)
    trap 'stty "$saved"; exit 130' INT TERM
    # Before the prompt: what is pasted as soon as it shows is not shown either.
    stty -echo
    printf 'key or token (not shown): '
    IFS= read -r key || key=''
    stty "$saved"
    trap - INT TERM
    printf '\n'
  else
    IFS= read -r key || :
  fi
  [ -n "$key" ] || die "no key was given; nothing was changed." "To forget the present one:  orchestra login --forget"
}

cmd_install() {
  if is_root; then folder=/usr/local/bin; else folder=$HOME/.local/bin; fi
  mkdir -p "$folder" || die "$folder cannot be made."
  if [ -e "$folder/orchestra" ] && [ ! -L "$folder/orchestra" ]; then
    die "$folder/orchestra is there already and is no link." "Remove it and run this again."
  fi
  ln -sf "$ORCHESTRA_ROOT/orchestra" "$folder/orchestra"
  say "$folder/orchestra -> $ORCHESTRA_ROOT/orchestra"
  case ":$PATH:" in *":$folder:"*) ;; *) say "Add it to your PATH:  export PATH=\"$folder:\$PATH\"" ;; esac
}

cmd_test() {
  have npm || die "npm was not found." "Install Node 20 or newer (with npm) and run this again."
  cd "$ORCHESTRA_ROOT"
  [ -d node_modules ] || npm ci
  exec npm test -- "$@"
}
