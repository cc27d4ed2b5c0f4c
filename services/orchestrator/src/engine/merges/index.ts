/** From "may this be merged?" to a moved branch, and back. */
import type { Handlers } from '../dispatch.ts'
import type { Bells } from '../runs/bells.ts'
import type { EffectHandlers } from '../worker.ts'
import { afterCommands } from './after.ts'
import { makeMergeCancel, mergeApprove } from './approve.ts'
import { makeLandEffect } from './land.ts'
import { mergeRequest } from './request.ts'

export { mergeDiff } from './diff.ts'
export { refreshRequests } from './request.ts'

export const makeMerges = (bells: Bells): { commands: Pick<Handlers, 'merge.request' | 'merge.approve' | 'merge.cancel' | 'merge.undo' | 'merge.resolve'>; effects: EffectHandlers } => ({
  commands: { ...mergeRequest, ...mergeApprove, ...makeMergeCancel(bells), ...afterCommands },
  effects: makeLandEffect(bells),
})
