# What is remembered of one stack: ORCHESTRA_HOME/installs/<stack>/env, NAME=value lines. The
# environment wins over it, and an option over both.
# shellcheck shell=sh

remembered='ORCHESTRA_PROJECT_DIR ORCHESTRA_PORT ORCHESTRA_BIND ORCHESTRA_TLS_NAME ORCHESTRA_TLS ORCHESTRA_ALLOWED_HOSTS ORCHESTRA_EGRESS_ALLOW ORCHESTRA_MAX_SESSIONS ORCHESTRA_CLI_VERSION ORCHESTRA_DEMO ORCHESTRA_SCENARIO ORCHESTRA_OVERLAY'

settings_dir() { printf '%s/installs/%s\n' "$ORCHESTRA_HOME" "$stack"; }

# usage: remembered_value STACK NAME
remembered_value() { sed -n "s/^$2=//p" "$ORCHESTRA_HOME/installs/$1/env" 2>/dev/null | head -n 1; }

settings_load() {
  for name in $remembered; do
    eval "value=\${$name:-}"
    if [ -z "$value" ]; then
      value=$(remembered_value "$stack" "$name")
      eval "$name=\$value"
    fi
    eval "export $name"
  done
  ORCHESTRA_PROJECT_DIR=$project_dir
  ORCHESTRA_BIND=${ORCHESTRA_BIND:-127.0.0.1}
  settings_derive
}

# Values that follow from the remembered ones.
settings_derive() {
  if [ -n "${ORCHESTRA_TLS_NAME:-}" ]; then
    ORCHESTRA_SCHEME=https ORCHESTRA_NAME=$ORCHESTRA_TLS_NAME ORCHESTRA_SITE="https://$ORCHESTRA_TLS_NAME:8080" ORCHESTRA_TLS=true
    case "${ORCHESTRA_PORT:-none},${ORCHESTRA_ALLOWED_HOSTS:-}," in
      none,* | *",$ORCHESTRA_TLS_NAME:${ORCHESTRA_PORT:-},"*) ;;
      *) ORCHESTRA_ALLOWED_HOSTS="${ORCHESTRA_ALLOWED_HOSTS:+$ORCHESTRA_ALLOWED_HOSTS,}$ORCHESTRA_TLS_NAME:$ORCHESTRA_PORT" ;;
    esac
    export ORCHESTRA_TLS ORCHESTRA_ALLOWED_HOSTS
  else
    ORCHESTRA_SCHEME=http ORCHESTRA_NAME=127.0.0.1 ORCHESTRA_SITE=:8080
  fi
  export ORCHESTRA_SCHEME ORCHESTRA_NAME ORCHESTRA_SITE ORCHESTRA_BIND ORCHESTRA_PORT
}

settings_save() {
  mkdir -p "$(settings_dir)" || die "$(settings_dir) cannot be made." "Is $ORCHESTRA_HOME yours?  ls -ld '$ORCHESTRA_HOME'"
  for name in $remembered; do
    eval "value=\${$name:-}"
    if [ -n "$value" ]; then printf '%s=%s\n' "$name" "$value"; fi
  done >"$(settings_dir)/env.new"
  mv "$(settings_dir)/env.new" "$(settings_dir)/env"
  settings_own
}

# Under sudo: what root wrote below the owner's home becomes the owner's.
settings_own() {
  if is_root && [ "$owner_uid" != 0 ]; then
    chown "$owner_uid" "$ORCHESTRA_HOME"
    for folder in installs cache demo git; do
      if [ -d "$ORCHESTRA_HOME/$folder" ]; then chown -R "$owner_uid" "$ORCHESTRA_HOME/$folder"; fi
    done
  fi
}

# Does anybody listen on this TCP port? Read from the kernel where it shows it, else asked.
port_taken() {
  if [ -r /proc/net/tcp ]; then
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p="$(printf '%04X' "$1")" '$4 == "0A" { split($2, a, ":"); if (a[2] == p) found = 1 } END { exit !found }'
  elif have nc; then
    nc -z 127.0.0.1 "$1" >/dev/null 2>&1
  else
    false
  fi
}

port_of_another_stack() {
  for file in "$ORCHESTRA_HOME"/installs/*/env; do
    [ "$file" = "$(settings_dir)/env" ] || ! grep -qsx "ORCHESTRA_PORT=$1" "$file" || return 0
  done
  return 1
}

# Leaves the first port that is free, from this one on, in `candidate`.
port_free_from() {
  candidate=$1
  while port_taken "$candidate" || port_of_another_stack "$candidate"; do candidate=$((candidate + 1)); done
}

# Leaves ORCHESTRA_PORT with a port that is ours or free. usage: port_choose [WANTED]
port_choose() {
  if [ -n "${1:-}" ]; then
    case "$1" in *[!0-9]* | '' | ??????*) die "\"$1\" is no port." "A number from 1 to 65535: --port 7717" ;; esac
    { [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; } || die "\"$1\" is no port." "A number from 1 to 65535: --port 7717"
  fi
  if stack_publishes "${1:-${ORCHESTRA_PORT:-}}"; then ORCHESTRA_PORT=${1:-$ORCHESTRA_PORT} && return 0; fi
  if [ -n "${1:-}" ]; then
    ! port_taken "$1" || die "port $1 is taken by another program." "Choose another: --port N, or stop that program."
    ORCHESTRA_PORT=$1
    return 0
  fi
  port_free_from "${ORCHESTRA_PORT:-7717}"
  if [ -n "${ORCHESTRA_PORT:-}" ] && [ "$candidate" != "$ORCHESTRA_PORT" ]; then
    warn "port $ORCHESTRA_PORT is taken by another program now; this stack moves to $candidate."
  fi
  ORCHESTRA_PORT=$candidate
}

# The port that was chosen is somebody else's since then: images took minutes, or another person's stack started in the same moment.
port_choose_again() {
  lost=$ORCHESTRA_PORT
  port_free_from $((lost + 1))
  ORCHESTRA_PORT=$candidate
  step "Port $lost was taken by another program meanwhile; this stack takes $ORCHESTRA_PORT"
  settings_derive
  settings_save
  stack_environment
}
