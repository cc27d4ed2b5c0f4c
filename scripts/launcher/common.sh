# Words and small tools that every part of the launcher uses. Sourced, never run.
# shellcheck shell=sh

say() { printf '%s\n' "$@"; }
step() { printf '==> %s\n' "$*"; }
warn() { printf 'orchestra: warning: %s\n' "$*" >&2; }

# Ends the launcher. First argument: what happened; further ones: what to do next, a line each.
die() {
  printf 'orchestra: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# Asks before something is changed on the machine. Goes on by itself with --yes (assume_yes=1) or
# where nobody can answer, so that the same command works in a terminal and in a script.
confirm() {
  if [ "${assume_yes:-0}" = 1 ] || [ ! -t 0 ] || [ ! -t 1 ]; then return 0; fi
  printf '%s [Y/n] ' "$1"
  read -r answer || return 1
  case "$answer" in '' | y | Y | yes | Yes) return 0 ;; *) return 1 ;; esac
}

# The leading number of a version ("28.5.2+dfsg" is 28), 0 where there is none.
major_of() {
  number=${1#*:}
  number=${number%%[!0-9]*}
  printf '%s\n' "${number:-0}"
}

# Runs a long command with its output in a log; shows the end of the log when it fails.
# usage: logged LOGFILE COMMAND...
logged() {
  log=$1
  shift
  if "$@" >>"$log" 2>&1; then return 0; fi
  printf 'orchestra: this failed: %s\nThe end of %s:\n' "$*" "$log" >&2
  tail -n 25 "$log" >&2
  return 1
}
