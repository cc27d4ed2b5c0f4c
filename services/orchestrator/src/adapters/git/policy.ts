/** What an agent's commits may bring, and what a reviewer should look at first. */
import { baseName, type Raw, textOf } from './bytes.ts'
import { GITLINK, type RawChange, SYMLINK } from './raw-diff.ts'

const ci = /^(\.github\/(workflows|actions)\/|\.gitlab-ci|\.gitlab\/ci|\.circleci\/|\.buildkite\/|\.forgejo\/workflows\/|\.gitea\/workflows\/|\.woodpecker|\.drone\.ya?ml$|\.travis\.yml$|azure-pipelines|bitbucket-pipelines|jenkinsfile$|appveyor\.yml$)/i
const hook = /^(\.husky\/|\.githooks\/|\.?git-hooks\/|hooks\/(pre|post|commit|prepare|update)-|\.pre-commit-config\.ya?ml$|\.?lefthook(-local)?\.|\.lintstagedrc|\.overcommit\.yml$|\.simple-git-hooks\.)/i
const tools = /^(\.orchestra\/|\.envrc$|\.devcontainer\/|\.vscode\/|\.idea\/|\.claude\/|\.mcp\.json$|\.npmrc$|\.yarnrc)/i

/** Marks of a path for the reviewer: symlink, submodule, gitattributes, gitmodules, ci, hook, tools. `hooksPath`: an in-tree hooks folder of the project. */
export const flagsOf = (c: Pick<RawChange, 'path' | 'newMode' | 'oldMode'>, hooksPath: string | null = null): string[] => {
  const path = textOf(c.path)
  const name = baseName(path).toLowerCase()
  const flags: string[] = []
  if (c.newMode === SYMLINK) flags.push('symlink')
  if (c.newMode === GITLINK || c.oldMode === GITLINK) flags.push('submodule')
  if (name === '.gitattributes') flags.push('gitattributes')
  if (name === '.gitmodules') flags.push('gitmodules')
  if (ci.test(path)) flags.push('ci')
  if (hook.test(path) || (hooksPath !== null && path.startsWith(`${hooksPath}/`))) flags.push('hook')
  if (tools.test(path)) flags.push('tools')
  return flags
}

export type Verdict = { rejected: string | null; flags: string[] }

/**
 * Judges the changes of new commits. A merge's changes are those that differ from all of its parents, so that what came from
 * the target is not held against the agent. A gitlink may change where the repository had one before; a new one is refused,
 * because plain `git status` on the host would enter it.
 */
export const judge = (commits: { commit: string; changes: RawChange[] }[], knownLinks: ReadonlySet<Raw>, carried: ReadonlySet<Raw>, hooksPath: string | null): Verdict => {
  const flags = new Set<string>()
  for (const { commit, changes } of commits) {
    for (const c of changes) {
      const shown = JSON.stringify(textOf(c.path))
      if (c.newMode === GITLINK && c.oldMode !== GITLINK && !knownLinks.has(c.path)) {
        return { rejected: `commit ${commit.slice(0, 10)} adds a repository inside the repository at ${shown}: remove it from the commit (git rm --cached), or leave its .git folder out`, flags: [] }
      }
      if (c.newMode !== null && carried.has(c.path)) {
        return { rejected: `commit ${commit.slice(0, 10)} contains ${shown}, a file that was carried in from the person's checkout and must stay out of git`, flags: [] }
      }
      for (const f of flagsOf(c, hooksPath)) flags.add(f)
    }
  }
  return { rejected: null, flags: [...flags].sort() }
}
