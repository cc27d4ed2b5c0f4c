/** The project's own agent image: built from the text on the target branch that a person read and approved, byte for byte. */
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Actor, Result, RunId, Sha } from '@orchestra/contracts'
import { newRun } from '../../domain/new-rows.ts'
import type { Tx } from '../../ports/store.ts'
import { background } from '../core.ts'
import type { Core } from '../core.ts'
import type { Ctx } from '../dispatch.ts'
import { followEgress } from '../egress.ts'
import { imageFile } from '../project-config.ts'
import type { EffectHandlers } from '../worker.ts'
import type { Bells } from './bells.ts'
import type { RunLogs } from './logs.ts'
import { beginRun, endRun, isOver } from './rows.ts'

const definition = async (core: Core): Promise<{ text: string; blob: Sha } | null> => {
  const { head } = core.outside.checkout()
  return head ? core.repository.fileAt(head, imageFile) : null
}

/** The person's "not now": recorded as a run that never was, so that only another definition asks again. */
export const declineImage = async (core: Core, tx: Tx, blob: Sha, now: string, actor: Actor): Promise<void> => {
  const run = newRun({ id: randomUUID() as RunId, projectId: core.project, session: null, kind: 'image', command: `build ${imageFile}`, startedBy: actor, now })
  await tx.putRun({ ...run, tree: blob, status: 'cancelled', endedAt: now, lastLine: 'Not wanted.' })
  tx.touchProject()
}

export const approveImage = async (ctx: Ctx, blob: Sha): Promise<Result<{ run: RunId }>> => {
  const { core, actor } = ctx
  if (actor.kind !== 'person') return fail(problem('forbidden', 'Only the person can approve an image.', { about: blob }))
  const found = await definition(core)
  if (found?.blob !== blob) return fail(problem('merge_moved', `${imageFile} has changed since it was shown.`, { about: blob, next: 'Read it again, then approve.' }))
  return ctx.commit(async (tx, now) => {
    const going = (await tx.runs(200)).find((r) => r.kind === 'image' && r.tree === blob && !isOver(r))
    if (going) return ok({ run: going.id })
    const id = randomUUID() as RunId
    await tx.putRun({ ...newRun({ id, projectId: core.project, session: null, kind: 'image', command: `build ${imageFile}`, startedBy: actor, now }), tree: blob })
    tx.touchProject()
    await tx.effect({ kind: 'image.build', lane: 'image', payload: { run: id, text: found.text }, session: null, actor })
    return ok({ run: id })
  })
}

export const makeImageEffects = (bells: Bells, logs: RunLogs): EffectHandlers => ({
  'image.build': {
    attempts: 3,
    perform: async (core, effect) => {
      const { run, text } = effect.payload as { run: RunId; text: string }
      const row = await core.store.read.run(run)
      if (!row || isOver(row)) return
      await core.commit(async (tx) => beginRun(tx, row, null, await tx.now(), effect.actor))
      const log = new PassThrough()
      const written = logs.receive(null, run, log)
      const built = await core.runtime.buildImage({ project: core.project, run, dockerfile: text }, (chunk) => log.write(chunk)).finally(() => log.end())
      await written
      const end = built.ok ? { status: 'passed', exitCode: 0, lastLine: `Built ${built.value.image}` } as const : { status: 'failed', exitCode: 1, lastLine: built.problem.message } as const
      await core.commit(async (tx) => endRun(tx, run, end, await tx.now(), effect.actor))
      bells.ring(run)
      if (built.ok) background(core, 'asking the new image for its registries', followEgress(core))
    },
    gaveUp: async (core, effect, error) => {
      const { run } = effect.payload as { run: RunId }
      await core.commit(async (tx) => endRun(tx, run, { status: 'failed', exitCode: null, lastLine: error instanceof Error ? error.message : String(error) }, await tx.now(), effect.actor))
      bells.ring(run)
    },
  },
})
