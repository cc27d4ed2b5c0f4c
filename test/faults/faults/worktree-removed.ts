/** #10: a person removes a session's worktree, or its `.git`. */
import type { Family } from '../frame/fault.ts'

export const faults: Family = Object.fromEntries(['folder', 'dot-git'].map((what) => [what, {
  promise: 'Said within 15 s; nothing is made again over what is there; a restore brings back the last import.',
  run: async (rig) => {
    const id = await rig.spawn('removed')
    await rig.work(id, 'kept.txt', 'imported before it went')
    await rig.until('it is imported', 60_000, async () => (await rig.git('rev-parse', id)) === (await rig.inside(id, 'cd /workspace && git rev-parse HEAD')))
    rig.history.excused.set(id, 'its worktree was removed')
    const path = rig.worktree(id)
    await rig.stack.shell(what === 'folder' ? `rm -rf '${path}' || rm -rf '${path}'/*` : `rm -f '${path}/.git'`, { as: 'owner', deadlineMs: 20_000 })
    await rig.until('it is said', 30_000, async () => {
      const s = await rig.session(id)
      return s.badges.some((b) => b.includes('worktree')) || JSON.stringify(s.badges)
    })
    if (what === 'dot-git') return void (await rig.client.must('session.delete', { session: id as never, confirmed: true }))
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
    await rig.until('it is deleted', 60_000, async () => (await rig.sql<{ phase: string }>(`select phase from sessions where id = '${id}'`))[0]?.phase === 'deleted')
    await rig.client.must('session.restore', { session: id as never })
    await rig.quiet(id)
    if ((await rig.inside(id, 'cat /workspace/kept.txt')) !== 'imported before it went') throw new Error('the restored worktree lacks the imported file')
    rig.history.excused.delete(id)
  },
} satisfies Family[string]]))
