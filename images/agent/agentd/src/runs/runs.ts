/** Setup and check commands: run in the work tree, their output streamed to the page as it comes, cancellable as a group. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { RunId, Sha, link } from '@orchestra/contracts'
import { limits } from '@orchestra/contracts'
import type { RelayRequest } from '../relay/request.ts'
import { LogPusher } from './logpusher.ts'

export type RunResult = { passed: boolean; exitCode: number | null; cancelled: boolean; tail: string }
export type RunsOptions = {
  cwd: string
  env: Record<string, string>
  post: RelayRequest
  report: (frame: Extract<link.FromAgent, { type: 'run-status' }>) => void
  /** What is checked; null where there is no gitdir. */
  tree: () => Promise<Sha | null>
}

const KILL_AFTER_MS = 4000
/** How long the output of a command that has ended may be kept open by what it left behind. */
const LEFT_BEHIND_MS = 1000

export class Runs {
  readonly #o: RunsOptions
  readonly #live = new Map<string, { child: ChildProcess; cancelled: boolean }>()

  constructor(options: RunsOptions) {
    this.#o = options
  }

  /** Commands one after the other under one id; the first that fails ends it. A repeated id of a live run is left alone. */
  async run(id: RunId, commands: readonly string[]): Promise<RunResult | null> {
    if (this.#live.has(id)) return null
    const tree = await this.#o.tree()
    const pusher = new LogPusher(this.#o.post, id, limits.logPerRun)
    this.#o.report({ type: 'run-status', id, status: 'running', exitCode: null, tree, lastLine: '' })
    let result: RunResult = { passed: true, exitCode: 0, cancelled: false, tail: '' }
    for (const command of commands) {
      if (commands.length > 1) pusher.add(Buffer.from(`$ ${command}\n`))
      result = await this.#one(id, command, pusher)
      if (!result.passed) break
    }
    await pusher.end()
    const status = result.cancelled ? 'cancelled' : result.passed ? 'passed' : 'failed'
    this.#o.report({ type: 'run-status', id, status, exitCode: result.exitCode, tree, lastLine: pusher.lastLine })
    return { ...result, tail: pusher.tail }
  }

  cancel(id: RunId): void {
    const live = this.#live.get(id)
    if (live === undefined) return
    live.cancelled = true
    killGroup(live.child, 'SIGTERM')
    setTimeout(() => killGroup(live.child, 'SIGKILL'), KILL_AFTER_MS).unref()
  }

  cancelAll(): void {
    for (const id of this.#live.keys()) this.cancel(id as RunId)
  }

  #one(id: RunId, command: string, pusher: LogPusher): Promise<RunResult> {
    return new Promise((resolve) => {
      const child = spawn('bash', ['-lc', command], { cwd: this.#o.cwd, env: this.#o.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      const live = { child, cancelled: false }
      this.#live.set(id, live)
      const onData = (chunk: Buffer) => pusher.add(chunk)
      child.stdout.on('data', onData)
      child.stderr.on('data', onData)
      child.on('error', (error) => pusher.add(Buffer.from(`${error.message}\n`)))
      // `exit` and not `close` alone: a server left behind by the command keeps its output open.
      child.on('exit', (code, signal) => {
        this.#live.delete(id)
        if (signal !== null) pusher.add(Buffer.from(live.cancelled ? 'Cancelled.\n' : `Ended by ${signal}.\n`))
        killGroup(child, 'SIGTERM')
        const over = () => resolve({ passed: code === 0 && !live.cancelled, exitCode: code, cancelled: live.cancelled, tail: '' })
        // What was written just before the end is still in the pipe, and on a busy machine for more than a turn of the loop.
        child.on('close', over)
        setTimeout(over, LEFT_BEHIND_MS)
      })
    })
  }
}

const killGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is empty: all have ended.
  }
}
