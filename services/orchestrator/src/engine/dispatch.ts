/** Commands in, replies out: the one way to change anything. */
import type { Actor, CommandBody, CommandName, CommandReply, Result } from '@orchestra/contracts'
import type { Tx } from '../ports/store.ts'
import type { Core } from './core.ts'

/** What a handler of one command gets. It commits once, with everything that the command changes. */
export type Ctx = {
  core: Core
  actor: Actor
  /** Commits rows and receipt together. A command id that was committed before gets the reply of then, and `work` does not run. */
  commit: <R>(work: (tx: Tx, now: string) => Promise<Result<R>>) => Promise<Result<R>>
}
export type Handler<N extends CommandName> = (ctx: Ctx, input: CommandBody<N>) => Promise<Result<CommandReply<N>>>
export type Handlers = { [N in CommandName]: Handler<N> }

type Dispatch = <N extends CommandName>(name: N, input: CommandBody<N>, by: { actor: Actor; id?: string }) => Promise<Result<CommandReply<N>>>

export const makeDispatch = (core: Core, handlers: Handlers): Dispatch => async (name, input, { actor, id }) => {
  if (id) {
    const { value: before } = await core.store.transact((tx) => tx.receipt(id))
    if (before !== undefined) return { ok: true, value: before as CommandReply<typeof name> }
  }
  const commit: Ctx['commit'] = (work) => core.commit(async (tx) => {
    const before = id ? await tx.receipt(id) : undefined
    if (before !== undefined) return { ok: true, value: before as never }
    const result = await work(tx, await tx.now())
    if (id && result.ok) await tx.saveReceipt(id, name, actor, result.value)
    return result
  })
  return handlers[name]({ core, actor, commit }, input)
}
