/** Hooks of the private gitdir: the trailer that names the session, and a hint that there is a commit. */
import { chmod, writeFile } from 'node:fs/promises'
import { SESSION_TRAILER } from '@orchestra/contracts'

/** File in the gitdir that is touched after each commit; the watcher sees it. */
export const COMMIT_HINT = 'orchestra-hint'

/** `gitDir`: with its folder `hooks`. */
export const writeHooks = async (gitDir: string, session: string): Promise<void> => {
  // prepare-commit-msg and not commit-msg: `commit --no-verify` skips the latter.
  const trailer = `#!/bin/sh\nexec git interpret-trailers --in-place --if-exists addIfDifferent --trailer '${SESSION_TRAILER}: ${session}' "$1"\n`
  const hint = `#!/bin/sh\n: > "$(git rev-parse --git-dir)/${COMMIT_HINT}"\n`
  const scripts = { 'prepare-commit-msg': trailer, 'post-commit': hint, 'post-rewrite': hint, 'post-merge': hint, 'post-checkout': hint }
  await Promise.all(Object.entries(scripts).map(async ([name, text]) => {
    await writeFile(`${gitDir}/hooks/${name}`, text, { mode: 0o755 })
    // One that was there keeps its mode through a write.
    await chmod(`${gitDir}/hooks/${name}`, 0o755)
  }))
}
