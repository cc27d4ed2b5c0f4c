import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { fail, ok, problem, worktreePath } from '@orchestra/contracts'
import type { Problem, Result, Sha } from '@orchestra/contracts'
import { chooseId } from '../../domain/naming.ts'
import { decideSpawn, spawnedText } from '../../domain/spawn.ts'
import type { Core } from '../core.ts'
import type { Handlers } from '../dispatch.ts'
import { fullReason, places, startEffect } from '../queue.ts'

type Ends = { base: Sha; target: string }

/** Where it starts and where it goes, before anything is made. */
const resolveEnds = async (core: Core, input: { base?: string; target?: string }): Promise<Result<Ends>> => {
  const checkout = await core.repository.head()
  const target = input.target ?? checkout.branch
  if (target === null) return fail(problem('target_unknown', 'The checkout is on no branch (detached HEAD): name the target branch to merge into.'))
  const targetTip = await core.repository.branchTip(target)
  if (!targetTip) return fail(problem('target_unknown', `There is no branch "${target}".`, { about: target }))
  const base = input.base === undefined ? (input.target === undefined ? checkout.head : targetTip) : await core.repository.resolve(input.base)
  return base ? ok({ base, target }) : fail(problem('base_unknown', `"${input.base ?? 'HEAD'}" is no branch, tag or commit of this repository.`, { about: input.base }))
}

/** Neither in the repository, nor promised to a session that has not started. */
const chooseBranch = async (core: Core, id: string, promised: ReadonlySet<string | null>): Promise<string> => {
  for (let wanted = id, n = 2; ; n += 1) {
    const branch = await core.repository.freeBranch(wanted)
    if (!promised.has(branch)) return branch
    wanted = `${id}-${n}`
  }
}

const unusable = (name: string): Problem | null => (name.trim() === '' ? problem('name_unusable', 'The name is empty.') : null)

export const spawnCommand: Pick<Handlers, 'session.spawn'> = {
  'session.spawn': async ({ core, actor, commit }, input) => {
    const bad = unusable(input.name)
    if (bad) return fail(bad)
    const ends = await resolveEnds(core, input)
    if (!ends.ok) return ends
    return commit(async (tx, now) => {
      const sessions = await tx.sessions()
      // A folder that outlived its session, of an earlier installation for one, is somebody's work: its name is taken.
      const left = await core.repository.worktreeFolders(dirname(worktreePath(core.home, core.project, 'any')))
      const id = chooseId(input.name, new Set([...sessions.map((s) => s.id), ...left]))
      if (!id.ok) return id
      const branch = await chooseBranch(core, id.value, new Set(sessions.map((s) => s.branch)))
      const { max, used } = await places(core, tx)
      const row = decideSpawn(input, {
        id: id.value, projectId: core.project, branch, base: ends.value.base, target: ends.value.target, home: core.home, conversation: randomUUID(), cliVersion: core.cliVersion ?? null,
        settings: core.outside.settings(await tx.settings()), queueReason: used >= max ? fullReason(max) : null, actor, now,
      })
      await tx.putSession(row)
      await tx.event({ type: 'session.spawned', session: row.id, actor, data: { title: row.title, branch, base: row.baseSha, target: row.target } })
      if (row.phase === 'queued') await tx.event({ type: 'session.queued', session: row.id, actor, data: { reason: row.queueReason ?? '' } })
      else await startEffect(tx, row.id, actor)
      return ok({ session: row.id, branch, queued: row.phase === 'queued', text: spawnedText(row) })
    })
  },
}
