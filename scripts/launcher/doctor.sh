# Checks of this machine and of the stack, each with its remedy. Exit code 1 when one fails.
# shellcheck shell=sh

# usage: finding ok|warn|FAIL TEXT [REMEDY]
finding() {
  printf '%-5s %s\n' "$1" "$2"
  if [ "$1" != ok ] && [ -n "${3:-}" ]; then printf '      -> %s\n' "$3"; fi
  # A file, not a variable: many findings come at the end of a pipe, in a shell of their own.
  if [ "$1" = FAIL ]; then say "$2" >>"$doctor_failures"; fi
}

cmd_doctor() {
  doctor_failures=$(mktemp)
  trap 'rm -f "$doctor_failures"' EXIT
  doctor_tools
  doctor_engine
  doctor_space
  if git_in "${1:-.}" rev-parse --show-toplevel >/dev/null 2>&1; then
    project_found=$( (project_find "${1:-}" && project_check && printf 'ok') 2>&1 >/dev/null | sed 's/^orchestra: //' | tr '\n' ' ')
    case "$project_found" in
      '' | warning*) finding ok "this repository can be served" ;;
      *) finding FAIL "$project_found" ;;
    esac
    if [ -z "$project_found" ]; then doctor_stack "${1:-}"; fi
  fi
  [ ! -s "$doctor_failures" ] || return 1
  say '' "Nothing is in the way."
}

doctor_tools() {
  if have git; then
    finding ok "$(git --version)"
  else
    finding FAIL "git is missing" "install it, for example: apt-get install git"
  fi
  limit=$(cat /proc/sys/fs/inotify/max_user_watches 2>/dev/null || echo 999999)
  if [ "$limit" -lt 32768 ]; then
    finding warn "this machine allows $limit file watches; large repositories are then polled" "sysctl fs.inotify.max_user_watches=524288"
  else
    finding ok "file watches"
  fi
}

doctor_engine() {
  if ! have docker; then
    finding FAIL "no docker command" "$(engine_what_to_install)"
  elif ! engine_answers; then
    case "$(docker info 2>&1)" in
      *"permission denied"*) finding FAIL "$(id -un) may not use the Docker engine" "sudo usermod -aG docker $(id -un), then log in again" ;;
      *) finding FAIL "the Docker engine does not answer" "start it: systemctl start docker (or: sudo $ORCHESTRA_ROOT/orchestra up)" ;;
    esac
  else
    found=$(engine_version)
    if [ "$(major_of "$found")" -lt "$engine_minimum" ]; then
      finding FAIL "Docker Engine $found; $engine_minimum or newer is needed" "https://docs.docker.com/engine/install/"
    elif [ "$(major_of "$found")" -lt 28 ]; then
      finding warn "Docker Engine $found: neighbours in the local network can reach ports on 127.0.0.1" "upgrade to 28 or newer"
    else
      finding ok "Docker Engine $found"
    fi
    if engine_has_plugins; then
      finding ok "Compose $(docker compose version --short), Buildx"
    else
      finding FAIL "docker compose 2 or docker buildx is missing" "$(engine_what_to_install)"
    fi
    doctor_images
  fi
}

doctor_images() {
  standins=''
  for tag in $(say "$base_images" | cut -d' ' -f1); do
    if image_exists "$tag" && image_is_standin "$tag"; then standins="$standins $tag"; fi
  done
  if [ -n "$standins" ]; then
    finding warn "base images built here, not pulled:$standins" "nothing to do: they are replaced when a container registry answers"
  else
    finding ok "base images"
  fi
}

doctor_space() {
  memory=$(docker info --format '{{.MemTotal}}' 2>/dev/null | awk '{ print int($1 / 1048576) }')
  if [ "${memory:-0}" -gt 0 ] && [ "$memory" -lt 3800 ]; then
    finding warn "the engine has $memory MB of memory; the stack takes about 1 GB, a session up to 2" "give it 4 GB or more"
  elif [ "${memory:-0}" -gt 0 ]; then
    finding ok "memory: $memory MB"
  fi
  for folder in "${ORCHESTRA_HOME:-$HOME}" "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)"; do
    [ -n "$folder" ] && [ -d "$folder" ] || continue
    free=$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -lt 1024 ]; then
      finding FAIL "$free MB free on the disk of $folder" "free some space: docker system df"
    elif [ "$free" -lt 6144 ]; then
      finding warn "$free MB free on the disk of $folder" "a first start needs about 5 GB"
    else
      finding ok "disk of $folder: $free MB free"
    fi
  done
}

doctor_stack() {
  project_find "$1"
  settings_load
  if ! engine_answers || ! stack_runs; then
    finding ok "the stack is stopped (orchestra up starts it)"
    return 0
  fi
  if stack_is_ready; then
    finding ok "all services of $stack are healthy"
  else
    finding FAIL "services that are not healthy: $(stack_states | grep -v '|running|healthy|' | grep -v '|exited|-|0|' | cut -d'|' -f1 | tr '\n' ' ')" "orchestra logs SERVICE, then orchestra up"
  fi
  doctor_promises
  worktrees=$ORCHESTRA_HOME/worktrees
  if [ -d "$worktrees" ] && [ "$(stat -c %u "$worktrees" 2>/dev/null || stat -f %u "$worktrees")" != "$owner_uid" ]; then
    finding FAIL "$worktrees does not belong to $owner_name" "sudo chown -R $owner_name '$worktrees'"
  fi
}
