/** Sessions: each that was promised is there once, with its container, worktree and branch; each that was deleted is gone; nothing else is ours. */
import { existsSync } from 'node:fs'
import { acknowledged } from './history.ts'
import type { Rig } from './rig.ts'

type Row = { id: string; role: string; phase: string; branch: string | null; worktree: string | null; problem: { message: string } | null; conversation_started: boolean }

const lines = (text: string): string[] => text.split('\n').filter((l) => l !== '')
const count = (all: string[], one: string): number => all.filter((x) => x === one).length

export const checkFleet = async (rig: Rig): Promise<string[]> => {
  const { install } = rig.stack
  const lost: string[] = []
  const rows = new Map((await rig.sql<Row>('select id, role, phase, branch, worktree, problem, conversation_started from sessions')).map((r) => [r.id, r]))
  const label = `label=dev.orchestra.install=${install}`
  const [containers, volumes, refs, worktrees] = await Promise.all([
    rig.docker('ps', '-a', '--filter', label, '--filter', 'label=dev.orchestra.session', '--format', '{{.Label "dev.orchestra.session"}}').then(lines),
    rig.docker('volume', 'ls', '--filter', label, '--format', '{{.Label "dev.orchestra.session"}}').then(lines),
    rig.git('for-each-ref', '--format=%(refname)').then(lines),
    rig.git('worktree', 'list', '--porcelain').then((t) => lines(t).filter((l) => l.startsWith('worktree ')).map((l) => l.slice(9))),
  ])
  const deleted = new Set(acknowledged(rig.history, 'session.delete').filter((d) => d.reply.deleted).map((d) => String(d.input.session)))
  const restored = new Set(acknowledged(rig.history, 'session.restore').map((d) => String(d.input.session)))

  for (const { reply } of acknowledged(rig.history, 'session.spawn')) {
    const row = rows.get(reply.session)
    if (!row) lost.push(`session ${reply.session} was acknowledged and is not there`)
    else if (row.branch !== reply.branch) lost.push(`session ${reply.session} was promised the branch ${reply.branch} and has ${row.branch ?? 'none'}`)
    else if (row.phase !== 'queued' && count(refs, `refs/heads/${reply.branch}`) !== 1) lost.push(`the branch ${reply.branch} of ${reply.session} is gone`)
  }
  for (const [id, row] of rows) {
    if (rig.history.excused.has(id)) continue
    if (deleted.has(id) && !restored.has(id) && row.phase !== 'deleted') lost.push(`${id} was deleted and is ${row.phase}`)
    if (row.phase === 'failed') lost.push(`${id} failed: ${row.problem?.message ?? ''}`)
    const lives = row.phase === 'running' || row.phase === 'paused'
    if (lives && count(containers, id) !== 1) lost.push(`${id} is ${row.phase} with ${count(containers, id)} containers`)
    if (lives && count(volumes, id) !== 2) lost.push(`${id} is ${row.phase} with ${count(volumes, id)} volumes`)
    if (lives && row.worktree !== null && count(worktrees, row.worktree) !== 1) lost.push(`${id} has ${count(worktrees, row.worktree)} worktrees`)
    if (row.phase === 'deleted') {
      if (containers.includes(id)) lost.push(`${id} is deleted and has a container`)
      if (volumes.includes(id)) lost.push(`${id} is deleted and has ${count(volumes, id)} volumes`)
      if (row.worktree !== null && row.problem === null && existsSync(row.worktree)) lost.push(`${id} is deleted and its worktree stands, without a word`)
    }
  }
  for (const id of new Set([...containers, ...volumes])) if (id !== '' && !rows.has(id)) lost.push(`a container or volume of ${id}, which is no session`)
  const theirs = new Set([...rows.values()].flatMap((r) => r.worktree ?? []))
  for (const path of worktrees) if (path.startsWith(rig.stack.home) && !theirs.has(path)) lost.push(`a worktree of nobody: ${path}`)
  const promised = new Set([...rows.values()].map((r) => `refs/heads/${r.branch}`))
  for (const ref of refs) if (ref.startsWith('refs/heads/') && ref !== 'refs/heads/main' && !ref.startsWith('refs/heads/persons') && !promised.has(ref)) lost.push(`a branch of nobody: ${ref}`)
  return lost
}
