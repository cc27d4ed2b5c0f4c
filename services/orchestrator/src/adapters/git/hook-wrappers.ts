/** What stands in the place of a hook in a session's worktree. Shell of the person's machine, run by their git. */
import { quoted } from './shell-words.ts'

const head = (hook: string): string => `#!/bin/sh
# Made by Orchestra for a worktree in which an agent writes (docs/security.md).
if [ "\${ORCHESTRA_RUN_HOOKS:-}" = 1 ]; then exec ${quoted(hook)} "$@"; fi
`
const otherwise = "Run it in the session's terminal; or, when you have read what it would run, set ORCHESTRA_RUN_HOOKS=1."

/** `said` as data: names of rules come from a file. */
const tell = (said: string): string => `printf '%s\\n' ${quoted(`orchestra: ${said.replaceAll(/[^\x20-\x7e]/g, '?')} ${otherwise}`)} >&2\n`

export const holdBack = (hook: string, what: string, why: string): string => `${head(hook)}${tell(`${what} was not run: ${why}.`)}`
export const passOn = (hook: string): string => `#!/bin/sh\nexec ${quoted(hook)} "$@"\n`

export const leftOutNote = (manager: string, leftOut: string[]): string => (leftOut.length === 0 ? '' : tell(`${manager} left out what takes its orders from this worktree: ${leftOut.slice(0, 12).join(', ')}${leftOut.length > 12 ? ` and ${leftOut.length - 12} more` : ''}.`))

/** Programs of this folder, where an agent writes, are not the person's: a relative entry of the path, or one in the worktree. */
const ownPath = `tree=$(pwd -P)
clean=
set -f
IFS=:
for folder in $PATH; do case "$folder" in "$tree" | "$tree"/*) ;; /*) clean=\${clean:+$clean:}$folder ;; esac; done
unset IFS
set +f
PATH=$clean
unset PYTHONPATH
export PATH PYTHONSAFEPATH=1
`

/** `python`: as the installed hook names it, a word of shell. -m and -c look for modules in the current folder first: it is taken out. */
export const preCommit = (o: { hook: string; name: string; python: string | null; hookDir: string; rules: string; note: string; skipMissing: boolean }): string => `${head(o.hook)}${o.note}${ownPath}
set -- hook-impl --config=${quoted(o.rules)} --hook-type=${o.name} ${o.skipMissing ? '--skip-on-missing-config ' : ''}--hook-dir ${quoted(o.hookDir)} -- "$@"
python=${o.python ?? "''"}
case "$python" in "$tree"/* | [!/]*) python= ;; esac
if [ -x "$python" ]; then
  exec "$python" -c 'import sys
if sys.path and sys.path[0] == "": del sys.path[0]
from pre_commit.main import main
raise SystemExit(main())' "$@"
fi
if command -v pre-commit >/dev/null; then exec pre-commit "$@"; fi
echo 'orchestra: pre-commit was not found outside of this worktree, so its hook can not run.' >&2
exit 1
`

/** Sourced by each command of lefthook: back from the folder that stands for the tree into the tree. */
export const enterWorktree = `unset GIT_WORK_TREE
GIT_DIR=$ORCHESTRA_GIT_DIR
export GIT_DIR
cd "$ORCHESTRA_WORKTREE/$ORCHESTRA_BELOW" || exit 1
`

/**
 * lefthook lays a lefthook-local.yml from the top of the tree over whatever configuration it was given (2.2), so the tree that it sees
 * is one of ours: the trusted rules, and the files of the index that it picks from. Its commands run in the worktree.
 */
export const lefthook = (o: { hook: string; name: string; rules: string; note: string; binaries: string[]; everyFile: boolean }): string => `${head(o.hook)}${o.note}${ownPath}
if [ "\${LEFTHOOK:-}" = 0 ] || [ "\${LEFTHOOK:-}" = false ]; then exit 0; fi
program=
for candidate in "\${LEFTHOOK_BIN:-}" "$(command -v lefthook || :)" ${o.binaries.map(quoted).join(' ')}; do
  case "$candidate" in "$tree"/* | [!/]*) continue ;; esac
  if [ -x "$candidate" ]; then program=$candidate && break; fi
done
if [ -z "$program" ]; then echo 'orchestra: lefthook was not found outside of this worktree, so its hook was not run.' >&2 && exit 0; fi
ORCHESTRA_WORKTREE=$tree
ORCHESTRA_GIT_DIR=$(git rev-parse --absolute-git-dir) || exit 1
export ORCHESTRA_WORKTREE ORCHESTRA_GIT_DIR
case "\${GIT_INDEX_FILE:-/}" in /*) ;; *) export GIT_INDEX_FILE="$tree/$GIT_INDEX_FILE" ;; esac
stand=$(mktemp -d) || exit 1
trap 'rm -rf "$stand"' EXIT
trap 'exit 130' INT TERM
${o.everyFile || o.name !== 'pre-commit' ? 'git ls-files -z' : 'git diff --cached --name-only --no-renames --diff-filter=d -z'} -- . ':(exclude,icase)lefthook*' ':(exclude,icase).lefthook*' ':(exclude,icase).config' |
  git checkout-index -z --stdin --force --quiet --prefix="$stand/" || exit 1
cp -R ${quoted(o.rules)}/. "$stand/" || exit 1
cd "$stand" || exit 1
unset LEFTHOOK_CONFIG
GIT_DIR=$ORCHESTRA_GIT_DIR GIT_WORK_TREE=$stand "$program" run ${o.name} --no-auto-install "$@"
`
