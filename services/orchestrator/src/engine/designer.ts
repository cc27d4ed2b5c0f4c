/** The designer: one for each project, from the first start on. */
import { randomUUID } from 'node:crypto'
import { SessionId } from '@orchestra/contracts'
import { newSession } from '../domain/new-rows.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { startEffect } from './queue.ts'

export const designerId = SessionId.parse('designer')

export const ensureDesigner = (core: Core): Promise<void> => core.commit(async (tx) => {
  if (await tx.session(designerId)) return
  const now = await tx.now()
  const actor = system('engine')
  const settings = core.outside.settings(await tx.settings())
  await tx.putSession({
    ...newSession({
      id: designerId, projectId: core.project, role: 'designer', title: 'Designer', instructions: '', conversation: randomUUID(), cliVersion: core.cliVersion ?? null, createdBy: actor, now,
      permissionMode: settings.permissionMode, paired: false, phase: 'starting',
    }),
    startStep: 'worktree',
  })
  await tx.event({ type: 'session.spawned', session: designerId, actor, data: { title: 'Designer', branch: null, base: null, target: null } })
  await startEffect(tx, designerId, actor)
})
