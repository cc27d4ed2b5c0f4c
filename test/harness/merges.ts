/** For tests of merging: what a person does about a merge, and what they wait for. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CommandInput, CommandName, CommandReply, MergeId, MergeView, SessionId, StateSnapshot } from '@orchestra/contracts'
import { owner } from './engine.ts'
import type { EngineUnderTest } from './engine.ts'

export const run = promisify(execFile)

/** `engine`: that of the test that runs. */
export const handsOn = (engine: () => EngineUnderTest) => {
  const dispatch = <N extends CommandName>(name: N, input: CommandInput<N>, actor = owner) => engine().engine.dispatch(name, input as never, { actor })
  const done = async <N extends CommandName>(name: N, input: CommandInput<N>, actor = owner): Promise<CommandReply<N>> => {
    const reply = await dispatch(name, input, actor)
    if (!reply.ok) throw new Error(`${reply.problem.code}: ${reply.problem.message}`)
    return reply.value
  }
  /** Resolves with the state in which it holds. */
  const until = <T>(look: (state: StateSnapshot) => T | null | undefined | false): Promise<T> => new Promise((resolve, reject) => {
    const check = () => { engine().engine.snapshot().then(({ state }) => { const found = look(state); if (found) { stop(); resolve(found) } }, reject) }
    const stop = engine().engine.subscribe(check)
    check()
  })
  const mergeIs = (id: MergeId, ...statuses: MergeView['status'][]) => until((s) => s.merges.find((m) => m.id === id && statuses.includes(m.status)))
  const mergeOf = async (id: MergeId) => { const m = await engine().store.read.merge(id); if (!m) throw new Error('no merge'); return m }

  /** A session with one commit on its branch, made in its worktree with plain git. */
  const sessionWith = async (name: string, files: Record<string, string>): Promise<SessionId> => {
    const { session } = await done('session.spawn', { name, instructions: 'x' })
    await engine().engine.settled()
    await engine().comesUp(session)
    await commitIn(session, files)
    return session
  }
  const worktree = (session: string) => join(engine().home, 'worktrees/shop-1a2b', session)
  const commitIn = async (session: string, files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) await writeFile(join(worktree(session), path), text)
    await run('git', ['-C', worktree(session), 'add', '-A'])
    await run('git', ['-C', worktree(session), 'commit', '-qm', `Work of ${session}`])
    await engine().engine.reconcileNow()
  }
  const approve = async (merge: MergeId) => { const m = await mergeOf(merge); return dispatch('merge.approve', { merge, tip: m.tip, targetSha: m.targetSha }) }
  const checkOf = (merge: MergeId) => `check-${merge.slice(0, 8)}` as SessionId
  /** Resolves when the check's container was made: some tests' checks never end by themselves. */
  const checkStarted = async (merge: MergeId): Promise<MergeView> => {
    const checking = await mergeIs(merge, 'checking')
    const { ensure } = engine().runtime
    const made = new Promise<void>((resolve) => {
      engine().runtime.ensure = async (spec) => { const fact = await ensure(spec); if (spec.session === checkOf(merge)) resolve(); return fact }
    })
    if (!engine().runtime.containers.has(checkOf(merge))) await made
    engine().runtime.ensure = ensure
    return checking
  }
  return { dispatch, done, mergeIs, mergeOf, sessionWith, worktree, commitIn, approve, checkOf, checkStarted, until }
}
