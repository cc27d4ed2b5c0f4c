/**
 * A ref's move in two steps: `prepared` has checked the old value and holds git's lock on the ref, `commit` is one rename.
 * Between the two, files and index can be changed in the knowledge that the ref will follow.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Sha } from '@orchestra/contracts'
import type { Context } from './context.ts'
import { identityEnv } from './identity.ts'

export type PreparedRefs = { commit: () => Promise<void>; abort: () => Promise<void> }
/** Without `from` the old value does not matter. */
export type RefMove = { ref: string; to: Sha; from?: Sha }

/** Null when a ref is not at `from` any more, or is locked by somebody else. */
export const prepareRefs = async (c: Context, moves: RefMove[], gitDir?: string): Promise<PreparedRefs | null> => {
  const start = await c.git.command(['update-ref', '--no-deref', '--create-reflog', '-m', 'orchestra', '--stdin'], { gitDir, env: identityEnv(await c.identity()) })
  const child = spawn(start.file, start.args, { env: start.env, cwd: start.cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.on('data', (b: Buffer) => { words = (words + b.toString()).slice(-4000) })
  child.stdin.on('error', () => undefined)
  const closed = once(child, 'close')
  const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const say = async (text: string, answer: string): Promise<boolean> => {
    child.stdin.write(text)
    for (;;) {
      const line = await replies.next()
      if (line.done) return false
      if (line.value === answer) return true
    }
  }
  const updates = moves.map((m) => `update ${m.ref} ${m.to}${m.from ? ` ${m.from}` : ''}\n`).join('')
  if (!(await say(`start\n${updates}prepare\n`, 'prepare: ok'))) {
    await closed
    return null
  }
  const finish = async (word: string): Promise<void> => {
    const done = await say(`${word}\n`, `${word}: ok`)
    child.stdin.end()
    await closed
    if (!done) throw new Error(`the ref could not be moved though it was locked: ${words}`)
  }
  return { commit: () => finish('commit'), abort: () => finish('abort') }
}
