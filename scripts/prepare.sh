#!/bin/sh
# What tests on real parts need, found or set up: an engine, base images, our images, Chromium.
# Prints NAME=value lines at the end for whoever starts the tests.  usage: prepare.sh [engine|images|all]
set -eu
ORCHESTRA_ROOT=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
ORCHESTRA_HOME=${ORCHESTRA_HOME:-$HOME/.orchestra}
export ORCHESTRA_ROOT ORCHESTRA_HOME
for part in launcher/common engine launcher/hostenv launcher/images launcher/settings launcher/stack launcher/cli; do
  . "$ORCHESTRA_ROOT/scripts/$part.sh"
done
assume_yes=1

find_chromium() {
  for program in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    if [ -n "$program" ] && have "$program"; then command -v "$program" && return 0; fi
  done
  return 1
}

# The real one, for the tests of its hooks; where it can't be had they are skipped.
find_pre_commit() {
  for program in "${PRE_COMMIT_PATH:-}" pre-commit "$ORCHESTRA_HOME/cache/pre-commit/bin/pre-commit"; do
    if [ -n "$program" ] && have "$program"; then command -v "$program" && return 0; fi
  done
  return 1
}

mkdir -p "$ORCHESTRA_HOME/cache"
prepare_log=$ORCHESTRA_HOME/cache/prepare.log
wanted=${1:-all}
{
  engine_ensure
  if [ "$wanted" != engine ]; then images_ensure; fi
  if [ "$wanted" = all ]; then
    # The scripted model is built along, whatever stack asks for it.
    ORCHESTRA_DEMO=1
    stack=orchestra-prepare
    ORCHESTRA_PROJECT_DIR=$ORCHESTRA_ROOT
    export ORCHESTRA_PROJECT_DIR
    stack_environment
    stack_build
    if ! find_chromium >/dev/null; then
      if ! is_root || ! engine_is_debian; then die "Chromium was not found." "Install chromium, or set CHROMIUM_PATH."; fi
      step "Installing Chromium"
      logged "$prepare_log" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fonts-liberation ||
        die "Chromium could not be installed." "The whole log: $prepare_log"
    fi
    if ! find_pre_commit >/dev/null && have python3; then
      step "Getting pre-commit"
      { python3 -m venv "$ORCHESTRA_HOME/cache/pre-commit" && "$ORCHESTRA_HOME/cache/pre-commit/bin/pip" install -q pre-commit==4.7.0; } >>"$prepare_log" 2>&1 ||
        warn "pre-commit could not be had; the test of its hooks is skipped."
    fi
  fi
} >&2
if [ "$wanted" = all ]; then
  say "ORCHESTRA_TAG=$ORCHESTRA_TAG" "ORCHESTRA_AGENT_IMAGE=orchestra-agent:$ORCHESTRA_TAG" "CHROMIUM_PATH=$(find_chromium)" "PRE_COMMIT_PATH=$(find_pre_commit || :)"
fi
