# The demo: the same stack on a sample repository, with a scripted model instead of a real one.
# shellcheck shell=sh

cmd_demo() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --yes | -y) assume_yes=1 ;;
      --port) option_value "$@" && ORCHESTRA_PORT=$2 && shift ;;
      *) die "demo takes no $1." "orchestra demo [--yes] [--port N]" ;;
    esac
    shift
  done
  have git || die "git was not found." "Install it, for example: apt-get install git"
  sample=${ORCHESTRA_HOME:-$HOME/.orchestra}/demo/bookshelf-api
  if [ ! -d "$sample/.git" ]; then demo_make_sample; fi
  wanted_port=${ORCHESTRA_PORT:-}
  ORCHESTRA_DEMO=1
  project_find "$sample"
  project_check
  settings_load
  up_project
  say '' "This is the sample repository $sample with a model that plays a script." \
    "Tell the designer:  Add rate limiting to all API endpoints" \
    "Be rid of it:       orchestra remove '$sample' && rm -r '$sample'"
}

# Made beside its place and moved there, so that an interrupted start leaves nothing half-made.
demo_make_sample() {
  step "Making the sample repository $sample"
  rm -rf "$sample.new"
  mkdir -p "${sample%/*}" && cp -R "$ORCHESTRA_ROOT/demo/sample" "$sample.new" || die "$sample cannot be made."
  (
    cd "$sample.new"
    git init -q -b main
    # A sample commits under its own name where the person has set none.
    git config user.name >/dev/null || git config user.name "Demo"
    git config user.email >/dev/null || git config user.email "demo@localhost"
    git add -A
    git -c core.hooksPath=/dev/null -c commit.gpgsign=false commit -q -m "A small API that keeps a list of books"
  ) || die "the sample repository could not be made." "git -C '$sample.new' status"
  rm -rf "$sample"
  mv "$sample.new" "$sample"
}
