/** Work: each commit that a session was seen to make is on its branch, each file in its tree, and the repository is whole. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rig } from './rig.ts'

type Row = { id: string; phase: string; branch: string | null; worktree: string | null; problem: unknown }

export const checkWork = async (rig: Rig): Promise<string[]> => {
  const lost: string[] = []
  const rows = new Map((await rig.sql<Row>('select id, phase, branch, worktree, problem from sessions')).map((r) => [r.id, r]))
  for (const w of rig.history.work) {
    const row = rows.get(w.session)
    if (!row) { lost.push(`${w.path} of ${w.session}: the session is not there`); continue }
    if (w.sha !== null) {
      const has = await rig.git('merge-base', '--is-ancestor', w.sha, `refs/heads/${row.branch}`).then(() => true, () => false)
      if (!has) lost.push(`commit ${w.sha.slice(0, 10)} (${w.path}) of ${w.session} is not on its branch`)
    }
    if (w.replaced || row.worktree === null || row.phase === 'deleted' || rig.history.excused.has(w.session)) continue
    const file = join(row.worktree, w.path)
    if (!existsSync(file)) lost.push(`${w.path} is gone from the worktree of ${w.session}`)
    else if (readFileSync(file, 'utf8') !== w.content) lost.push(`${w.path} in the worktree of ${w.session} has another content`)
  }
  const fsck = await rig.stack.shell('git fsck --connectivity-only --no-dangling 2>&1', { as: 'owner', deadlineMs: 60_000 })
  if (fsck.code !== 0) lost.push(`git fsck: ${fsck.output.slice(0, 500)}`)
  const locks = await rig.stack.shell('find .git -name "*.lock" -o -name "orchestra-index-*" -o -name ".orchestra-incoming-*"; find . -maxdepth 2 -name ".orchestra-incoming-*"', { as: 'owner', deadlineMs: 20_000 })
  if (locks.output.trim() !== '') lost.push(`left in the repository: ${locks.output.trim().split('\n').join(', ')}`)
  const status = await rig.stack.shell('git status --porcelain', { as: 'owner', deadlineMs: 20_000 })
  if (status.output.trim() !== '' && !rig.history.excused.has('checkout')) lost.push(`the person's checkout changed: ${status.output.trim().slice(0, 300)}`)
  return lost
}
