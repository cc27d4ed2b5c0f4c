# Which repository is meant, whether it can be served, who owns it, and the names that follow from it.
# shellcheck shell=sh

# git as a reader only: the folder may belong to another user (sudo), which git else refuses.
git_in() {
  directory=$1
  shift
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' GIT_OPTIONAL_LOCKS=0 git -C "$directory" "$@"
}

# usage: project_find [DIR]    sets project_dir, owner_uid, owner_name, ORCHESTRA_HOME, stack
project_find() {
  wanted=${1:-.}
  [ -e "$wanted" ] || die "$wanted does not exist."
  [ -d "$wanted" ] || die "$wanted is not a folder."
  have git || die "git was not found." "Install it, for example: apt-get install git"
  if [ "$(git_in "$wanted" rev-parse --is-bare-repository 2>/dev/null)" = true ]; then
    die "$wanted is a bare repository: there is no checkout to work with." "Clone it and use the clone."
  fi
  project_dir=$(git_in "$wanted" rev-parse --show-toplevel 2>/dev/null) || project_not_found
  project_dir=$(CDPATH= cd -- "$project_dir" && pwd -P) || die "$project_dir cannot be entered."
  if [ "$project_dir" = "$ORCHESTRA_ROOT" ] && [ "${ORCHESTRA_OWN_CLONE:-}" != 1 ]; then
    die "this is Orchestra's own folder; say which repository it is to work on." \
      "orchestra up DIR     for a repository of yours" "orchestra demo       for a sample one, without a key"
  fi
  project_name_stack
}

project_not_found() {
  case "$(git_in "$wanted" rev-parse --show-toplevel 2>&1)" in
    *"must be run in a work tree"*) die "$wanted lies inside a .git folder." "Go to the repository's own folder." ;;
    *ermission*) die "no permission to read $wanted." ;;
  esac
  die "$(CDPATH= cd -- "$wanted" && pwd) is not in a git repository." \
    "Make one:  git init && git add -A && git commit -m 'Start'" "Or name one:  orchestra up DIR      Or try:  orchestra demo"
}

# The owner's home, also under sudo; a stack's name from folder and real path.
project_name_stack() {
  owner_uid=$(stat -c %u "$project_dir" 2>/dev/null || stat -f %u "$project_dir")
  owner_name=$(stat -c %U "$project_dir" 2>/dev/null || stat -f %Su "$project_dir")
  if [ -z "${ORCHESTRA_HOME:-}" ]; then
    if [ "$owner_uid" = "$(id -u)" ]; then
      owner_home=$HOME
    elif is_root; then
      owner_home=$(getent passwd "$owner_uid" 2>/dev/null | cut -d: -f6)
      if [ -z "$owner_home" ]; then owner_home=$(eval "printf '%s' ~$owner_name"); fi
      case "$owner_home" in /*) ;; *) die "the home folder of $project_dir's owner (uid $owner_uid) is unknown." "Set ORCHESTRA_HOME to a folder of that user." ;; esac
    else
      die "$project_dir belongs to $owner_name." "Run this as $owner_name, or with sudo: the work then stays $owner_name's."
    fi
    ORCHESTRA_HOME=$owner_home/.orchestra
  fi
  case "$ORCHESTRA_HOME" in /*) ;; *) die "ORCHESTRA_HOME must be an absolute path, and is: $ORCHESTRA_HOME" ;; esac
  export ORCHESTRA_HOME
  slug=$(printf '%s' "${project_dir##*/}" | LC_ALL=C tr 'A-Z' 'a-z' | LC_ALL=C tr -c 'a-z0-9' '-' | sed 's/--*/-/g; s/^-//; s/-$//' | cut -c1-24 | sed 's/-$//')
  stack=orchestra-${slug:-project}-$(printf '%s' "$project_dir" | git hash-object --stdin | cut -c1-8)
}

# Ends the launcher where the repository is of a kind that cannot be served, with what to do about it.
project_check() {
  case "$project_dir" in
    *'
'*) die "a path with a line break cannot be served: $project_dir" "Rename the folder." ;;
  esac
  git_dir=$(CDPATH= cd -- "$project_dir" && cd -- "$(git_in "$project_dir" rev-parse --git-dir)" && pwd -P)
  common=$(CDPATH= cd -- "$project_dir" && cd -- "$(git_in "$project_dir" rev-parse --git-common-dir)" && pwd -P)
  if [ "$git_dir" != "$common" ]; then
    die "$project_dir is a linked worktree of another checkout." \
      "Start from the main one:  orchestra up '$(git_in "$project_dir" worktree list --porcelain | sed -n '1s/^worktree //p')'"
  fi
  if [ "$git_dir" != "$project_dir/.git" ]; then
    die "the git folder of $project_dir lies elsewhere ($git_dir)." \
      "For a submodule: start from a clone of its own.   For --separate-git-dir: git init --separate-git-dir='$project_dir/.git' brings it back."
  fi
  git_in "$project_dir" rev-parse -q --verify 'HEAD^{commit}' >/dev/null 2>&1 ||
    die "$project_dir has no commit yet; sessions start from one." "git -C '$project_dir' commit --allow-empty -m 'Start'   and run this again."
  if [ "$(git_in "$project_dir" rev-parse --is-shallow-repository)" = true ]; then
    die "$project_dir is a shallow clone: history that agents need is missing." "git -C '$project_dir' fetch --unshallow   and run this again."
  fi
  if [ -n "$(git_in "$project_dir" config --get-regexp '^(extensions\.partialclone|remote\..*\.promisor)$' 2>/dev/null)" ]; then
    die "$project_dir is a partial clone: objects that agents need are missing." "Clone it again without --filter."
  fi
  if [ "$(git_in "$project_dir" rev-parse --show-object-format)" != sha1 ]; then
    die "$project_dir keeps its objects in the sha256 format, which is not supported yet."
  fi
  if [ -s "$git_dir/objects/info/alternates" ]; then
    die "$project_dir borrows objects from another repository (git clone --shared or --reference)." \
      "Make it stand alone:  git -C '$project_dir' repack -a -d && rm '$git_dir/objects/info/alternates'"
  fi
  if grep -qs 'filter=lfs' "$project_dir/.gitattributes"; then
    warn "this repository uses git LFS: in sessions, its large files are pointers."
  fi
  git_in "$project_dir" symbolic-ref -q HEAD >/dev/null || warn "HEAD is detached: sessions start from this commit; name the branch to merge into when you make one."
  [ -w "$project_dir" ] || die "$project_dir is not writable for $(id -un)."
}
