#!/bin/sh
# Finds a Docker engine, or sets one up. Sourced by ./orchestra; run by itself it does the same:
#   sh scripts/engine.sh [--yes]
# Needed: Engine 26 (a volume's sub-folder as a mount), with the Compose 2 and Buildx plugins.
# shellcheck shell=sh disable=SC1091

engine_minimum=26
engine_log=/var/log/orchestra-dockerd.log
engine_setup_log=/var/log/orchestra-engine-setup.log

engine_version() { docker version --format '{{.Server.Version}}' 2>/dev/null; }
engine_answers() { have docker && docker info >/dev/null 2>&1; }
engine_has_plugins() { docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; }

# Leaves with a working engine of the needed version, or ends the launcher with what to do.
engine_ensure() {
  if ! engine_answers; then
    engine_explain_or_repair
  elif ! engine_has_plugins; then
    engine_install "the Compose and Buildx plugins of Docker"
  fi
  engine_check_version
}

engine_check_version() {
  found=$(engine_version)
  if [ "$(major_of "$found")" -lt "$engine_minimum" ]; then
    die "Docker Engine $found is too old: $engine_minimum or newer is needed." \
      "Older ones cannot mount a sub-folder of a volume, which keeps sessions apart." \
      "Install a current one: https://docs.docker.com/engine/install/"
  fi
  if [ "$(major_of "$found")" -lt 28 ]; then
    warn "Docker Engine $found: below 28, a port published on 127.0.0.1 can be reached by other machines of the local network. Upgrade where you do not trust yours."
  fi
  engine_has_plugins || die "docker compose (version 2) or docker buildx is missing." "$(engine_what_to_install)"
}

# Nothing answers: tells apart "not yours", "stopped" and "not there".
engine_explain_or_repair() {
  if have docker; then
    why=$(docker info 2>&1 >/dev/null | tail -n 3)
    case "$why" in
      *"permission denied"*)
        die "the Docker engine is there, but $(id -un) may not use it (no permission on its socket)." \
          "Let this user in:  sudo usermod -aG docker $(id -un)   and log in again." \
          "Or run this command with sudo." ;;
    esac
    if [ -n "${DOCKER_HOST:-}" ]; then
      die "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST." "Start it, or unset DOCKER_HOST to use the local one."
    fi
  fi
  if ! is_root; then
    if have dockerd; then
      die "Docker is installed, but its engine does not run." "Start it:  sudo systemctl start docker   (or: sudo $0 up)"
    fi
    die "no Docker engine was found." "$(engine_what_to_install)"
  fi
  if ! have dockerd; then engine_install "a Docker engine"; fi
  engine_start
}

engine_what_to_install() {
  case "$(uname -s)" in
    Darwin) say "Install Docker Desktop, OrbStack or Colima (Engine $engine_minimum or newer), start it, and run this again." ;;
    *)
      if engine_is_debian; then
        say "Run this command as root (sudo) and it sets one up, or see https://docs.docker.com/engine/install/"
      else
        say "Install docker-ce, docker-ce-cli, containerd.io, docker-buildx-plugin and docker-compose-plugin" \
          "(Engine $engine_minimum or newer): https://docs.docker.com/engine/install/ , then start it: systemctl enable --now docker"
      fi ;;
  esac
}

os_release() { (. /etc/os-release 2>/dev/null && eval "printf '%s' \"\${$1:-}\""); }
engine_is_debian() {
  case " $(os_release ID) $(os_release ID_LIKE) " in *" debian "* | *" ubuntu "*) have apt-get ;; *) false ;; esac
}

# Chooses where the engine comes from: the distribution, Docker's own source, the newer Debian suite.
engine_install() {
  what=$1
  if ! is_root || ! engine_is_debian; then die "$what is missing." "$(engine_what_to_install)"; fi
  : >>"$engine_setup_log"
  step "Looking for $what (apt)"
  logged "$engine_setup_log" apt-get update -q || warn "apt-get update failed; going on with the lists that are there"
  codename=$(os_release VERSION_CODENAME)
  vendor=$(os_release ID)
  candidate=$(apt-cache policy docker.io 2>/dev/null | sed -n 's/^ *Candidate: *//p')
  if [ "$(major_of "$candidate")" -ge "$engine_minimum" ]; then
    engine_offer "$what" "docker.io $candidate from $vendor $codename"
    engine_apt_install docker.io $(engine_known docker-cli docker-buildx docker-compose-v2) \
      $([ -n "$(engine_known docker-compose-v2)" ] || engine_known docker-compose)
  elif engine_docker_source_answers; then
    engine_offer "$what" "docker-ce from download.docker.com (adds its apt source and key)"
    engine_add_docker_source
    engine_apt_install docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
  elif [ "$vendor" = debian ]; then
    engine_offer "$what" "docker.io from Debian forky (adds that suite, pinned so that nothing else is upgraded from it)"
    engine_add_forky
    engine_apt_install docker.io/forky docker-cli/forky docker-compose/forky docker-buildx/forky containerd/forky tini-static/forky
  else
    die "no Docker engine of version $engine_minimum or newer can be reached from here." \
      "$vendor $codename has ${candidate:-none}; download.docker.com does not answer." "$(engine_what_to_install)"
  fi
}

engine_offer() {
  say "To be installed: $1: $2."
  confirm "Go on?" || die "nothing was changed." "$(engine_what_to_install)"
}

# Those of the given packages that apt can install.
engine_known() {
  for package in "$@"; do
    if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: *[0-9]'; then printf '%s ' "$package"; fi
  done
}

engine_apt_install() {
  step "Installing: $*"
  logged "$engine_setup_log" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" iptables ||
    die "the installation failed." "The whole log: $engine_setup_log"
}

engine_docker_source_answers() {
  have curl && curl -fsS -o /dev/null --connect-timeout 5 --max-time 10 \
    "https://download.docker.com/linux/$vendor/dists/$codename/Release" 2>/dev/null
}

engine_add_docker_source() {
  install -d -m 0755 /etc/apt/keyrings
  curl -fsSL --max-time 30 "https://download.docker.com/linux/$vendor/gpg" -o /etc/apt/keyrings/docker.asc ||
    die "the key of Docker's package source could not be fetched." "Try again, or see https://docs.docker.com/engine/install/"
  cat >/etc/apt/sources.list.d/orchestra-docker.sources <<SOURCE
Types: deb
URIs: https://download.docker.com/linux/$vendor
Suites: $codename
Components: stable
Signed-By: /etc/apt/keyrings/docker.asc
SOURCE
  logged "$engine_setup_log" apt-get update -q || die "Docker's package source cannot be read." "See $engine_setup_log"
}

# The mirror this machine uses for its own suite: a machine may list foreign sources before it.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(CODENAME)' 'Created-By: Packages' 2>/dev/null |
    awk -v want="$(os_release VERSION_CODENAME)" '$2 == "Debian" && $3 == "Debian" && $4 == want { print $1; exit }'
}

# A wrong clock, or a mirror frozen in time, must not make the suite unusable: hence Check-Valid-Until.
engine_add_forky() {
  mirror=$(debian_mirror)
  cat >/etc/apt/sources.list.d/orchestra-engine.sources <<SOURCE
Types: deb
URIs: ${mirror:-http://deb.debian.org/debian}
Suites: forky
Components: main
Check-Valid-Until: no
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCE
  cat >/etc/apt/preferences.d/orchestra-engine <<PIN
Package: *
Pin: release n=forky
Pin-Priority: 1
PIN
  logged "$engine_setup_log" apt-get update -q || die "Debian forky cannot be read from ${mirror:-deb.debian.org}." "See $engine_setup_log"
}

# Through the init system where there is one; else as a process of its own that outlives this shell.
engine_start() {
  if engine_answers; then return 0; fi
  if [ -d /run/systemd/system ]; then
    step "Starting Docker (systemd)"
    systemctl enable --now docker >>"$engine_setup_log" 2>&1 || warn "systemctl could not start docker: see journalctl -u docker"
  elif ! engine_process_lives; then
    step "Starting dockerd (no init system here; its log: $engine_log)"
    setsid dockerd >>"$engine_log" 2>&1 </dev/null &
  fi
  waited=0
  until engine_answers; do
    waited=$((waited + 1))
    if [ "$waited" -ge 60 ]; then
      if [ -f "$engine_log" ]; then tail -n 25 "$engine_log" >&2; fi
      die "the Docker engine did not answer within a minute." "Its log: $engine_log (or: journalctl -u docker)"
    fi
    sleep 1
  done
}

engine_process_lives() {
  [ -f /var/run/docker.pid ] && kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null
}

if [ "${0##*/}" = engine.sh ]; then
  set -eu
  . "$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)/launcher/common.sh"
  [ "${1:-}" = --yes ] && assume_yes=1
  engine_ensure
  say "Docker Engine $(engine_version), Compose $(docker compose version --short)"
fi
