/** A session's worktree on the host: a real one of the person's repository, on a branch of its own. */
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fail, ok, problem, type Result, type SessionId } from '@orchestra/contracts'
import type { WorktreeSpec } from '../../ports/repository.ts'
import type { Context } from './context.ts'
import { identityEnv } from './identity.ts'
import { openOperation, readHead, recordOf } from './heads.ts'
import { withDir } from './nofollow.ts'
import { branchTip, pin, updateRefs, usableBranch, pinRef, atticRef } from './refs.ts'

export const addWorktree = (c: Context, spec: WorktreeSpec): Promise<Result<void>> =>
  // One at a time in a repository: git keeps all records in one folder.
  c.locks('worktree records', async () => {
    const about = spec.session
    if (!usableBranch(spec.branch)) return fail(problem('name_unusable', `"${spec.branch}" can't be the name of a branch.`, { about }))
    const known = recordOf(c.place(), spec.path)
    if (known && existsSync(spec.path)) {
      const head = readHead(known.gitDir)
      return head.branch === spec.branch ? ok(undefined)
        : fail(problem('wrong_state', `${spec.path} is a worktree on ${head.branch ?? 'a detached HEAD'}, not on ${spec.branch}.`, { about, next: 'Switch it back to its branch, or delete the session.' }))
    }
    const there = lstatSync(spec.path, { throwIfNoEntry: false })
    if (there && (!there.isDirectory() || readdirSync(spec.path).length > 0)) {
      return fail(problem('wrong_state', `${spec.path} holds files that are not this session's.`, { about, next: 'Move that folder away, then try again.' }))
    }
    // A record without its folder is from an attempt that a crash ended, or a folder that was deleted by hand.
    if (known) await forget(known.gitDir)
    mkdirSync(dirname(spec.path), { recursive: true })
    const tip = await branchTip(c, spec.branch)
    const how = tip ? [spec.path, spec.branch] : ['-b', spec.branch, spec.path, spec.base]
    const [out] = await Promise.all([c.git(['worktree', 'add', '--quiet', '--no-checkout', ...(tip ? [] : ['--no-track']), ...how],
      { workTree: c.place().top, env: identityEnv(await c.identity()), expect: 'any' }), pin(c, `${spec.session}/base`, spec.base)])
    if (out.code === 0) return ok(undefined)
    const taken = /already (checked out|used by worktree)|already exists|cannot lock ref/.test(out.stderr)
    return fail(problem(taken ? 'name_taken' : 'git_failed', `The worktree on branch ${spec.branch} could not be made.`, { about, detail: out.stderr }))
  })

/** Drops git's record of a worktree. Only ever called for a path that this adapter made. */
const forget = (gitDir: string): Promise<void> => rm(gitDir, { recursive: true, force: true })

export const removeWorktree = (c: Context, spec: { session: SessionId; path: string; branch: string }): Promise<Result<void>> =>
  c.locks(`worktree ${spec.path}`, async () => {
    const record = recordOf(c.place(), spec.path)
    if (record?.main) return fail(problem('wrong_state', `${spec.path} is the project itself.`, { about: spec.session }))
    const tip = await branchTip(c, spec.branch)
    if (tip) await updateRefs(c, [{ ref: pinRef(`${spec.session}/tip`), to: tip }])
    const head = record ? readHead(record.gitDir).sha : null
    // A detached HEAD may be on commits that nothing else names.
    if (head) await updateRefs(c, [{ ref: atticRef(spec.session, head), to: head }])
    if (record && openOperation(record.gitDir)) {
      return fail(problem('repository_busy', `A ${openOperation(record.gitDir)} is open in ${spec.path}.`, { about: spec.session }))
    }
    // Entry by entry from the parent, links removed and never entered.
    await rm(spec.path, { recursive: true, force: true })
    if (record) await c.locks('worktree records', () => forget(record.gitDir))
    return ok(undefined)
  })

/** `missing`: the folder is gone. `gitfile-changed`: its .git is gone, or is not the one that git wrote. */
export const worktreeState = (c: Context, path: string): 'ok' | 'missing' | 'gitfile-changed' => {
  const record = recordOf(c.place(), path)
  if (!record || !lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'missing'
  const content = withDir(realpathSync(dirname(path)), Buffer.from(basename(path)).toString('latin1'), {}, (d) => d.read('.git', 8192))
  const m = content && /^gitdir: (.+?)\n?$/s.exec(content.toString('utf8'))
  return m?.[1] && resolve(path, m[1]) === record.gitDir ? 'ok' : 'gitfile-changed'
}

export const gitFileId = (path: string): string | null => {
  const st = lstatSync(join(path, '.git'), { throwIfNoEntry: false })
  return st ? `${st.dev}.${st.ino}` : null
}

/** Beside the worktrees, where no agent can write: what stood in the place of a worktree's .git. */
const KEPT = '.replaced-git'

/** Writes the .git file of a worktree anew. What stands in its place (a repository that somebody made there) is moved aside, never removed. */
export const repairGitFile = (path: string, gitDir: string): void => {
  const kept = join(dirname(path), KEPT)
  withDir(path, '', {}, (d) => {
    if (d.lstat('.git') !== null) {
      mkdirSync(kept, { recursive: true, mode: 0o700 })
      d.moveOut('.git', join(kept, `${basename(path)}-${randomUUID()}`))
    }
    d.write('.git', Buffer.from(`gitdir: ${gitDir}\n`), 0o644)
  })
}

/** Not below a worktree: this folder is ours. */
export const worktreeFolders = (parent: string): string[] => (existsSync(parent) ? readdirSync(parent).filter((name) => name !== KEPT) : [])
