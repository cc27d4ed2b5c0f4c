/** Runs programs for a scenario, as the project's owner or as whoever started the run. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export type Outcome = { code: number; output: string }
export type Who = { uid: number; gid: number } | null

/** Output of both streams, in order. Killed at the deadline. */
export const run = (program: string, args: string[], o: { cwd: string; env: NodeJS.ProcessEnv; who?: Who; deadlineMs: number; onOutput?: (text: string) => void; /** gets what writes to its standard input, which is closed else */ onInput?: (write: (text: string) => void) => void }): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: o.cwd, env: o.env, ...o.who, stdio: [o.onInput ? 'pipe' : 'ignore', 'pipe', 'pipe'], timeout: o.deadlineMs, killSignal: 'SIGKILL' })
    let output = ''
    o.onInput?.((text) => child.stdin?.write(text))
    const take = (chunk: Buffer) => {
      output += chunk.toString()
      o.onOutput?.(chunk.toString())
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? 1, output: signal === null ? output : `${output}\n(ended by ${signal})` }))
  })

/** The same on a terminal of its own, by util-linux's `script`: each text is typed, with Enter, when its prompt is there. Who reads it sees no difference. */
export const runTyped = (command: string, typed: { at: string; text: string }[], o: { cwd: string; env: NodeJS.ProcessEnv; who?: Who; deadlineMs: number }): Promise<Outcome> => {
  const left = [...typed]
  let seen = ''
  let type: (text: string) => void = () => undefined
  const result = run('script', ['-qefc', command, '/dev/null'], { ...o, onOutput: (text) => {
    seen += text
    const next = left[0]
    if (next === undefined || !new RegExp(next.at, 'i').test(seen)) return
    left.shift()
    seen = ''
    type(`${next.text}\r`)
  }, onInput: (write) => { type = write } })
  return result
}

/** How often a condition outside of any event is looked at again. */
const AGAIN_MS = 250

/** Looks until `look` gives null, which means that it holds, or throws with what it said last. */
export const untilHolds = async (deadlineMs: number, look: () => Promise<string | null>): Promise<void> => {
  const end = Date.now() + deadlineMs
  for (;;) {
    const missing = await look()
    if (missing === null) return
    if (Date.now() > end) throw new Error(missing)
    await sleep(AGAIN_MS)
  }
}
