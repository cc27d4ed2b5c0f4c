/** Finishes or takes back what a killed process left half done. Runs once, before this process changes anything. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { takeBackHalf } from './apply.ts'
import { appliedRecords } from './applied.ts'
import type { Context } from './context.ts'
import { readHead, worktreeRecords } from './heads.ts'
import { unfinished } from './journal.ts'
import { recoverOne } from './move.ts'

export const recover = async (c: Context): Promise<void> => {
  for (const record of worktreeRecords(c.place())) sweep(c, record.gitDir)
  for (const l of unfinished(c)) await recoverOne(c, l)
  for (const { session } of appliedRecords(c)) await takeBackHalf(c, session)
}

/** A copy of an index that is still there says that the lock beside it is a dead process's of ours. */
const sweep = (c: Context, gitDir: string): void => {
  const ours = existsSync(gitDir) ? readdirSync(gitDir).filter((n) => n.startsWith('orchestra-index-') || n.startsWith('.orchestra-incoming-')) : []
  if (ours.length === 0) return
  for (const n of ours) rmSync(join(gitDir, n), { recursive: true, force: true })
  rmSync(join(gitDir, 'index.lock'), { force: true })
  const { branch } = readHead(gitDir)
  if (branch) rmSync(join(c.place().common, 'refs', 'heads', `${branch}.lock`), { force: true })
}
