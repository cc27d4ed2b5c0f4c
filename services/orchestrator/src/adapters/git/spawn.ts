/** Starts one process with bounded output, a time limit and streamed input. Knows nothing about git. */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** In place of an exit code, as a shell says it of SIGKILL; git itself ends with 128 and 129. */
export const ENDED_BY_SIGNAL = 137

export type Output = { code: number; stdout: Buffer; stderr: string }

/** Why a process was ended by us rather than by itself. */
export class Cut extends Error {
  readonly why: 'too-much-output' | 'too-slow' | 'input-failed'
  constructor(why: Cut['why'], what: string, cause?: unknown) {
    super(`${what}: ${why}`, { cause })
    this.why = why
  }
}

export type SpawnOptions = {
  env: Record<string, string>
  cwd: string
  input?: Buffer | string | Readable
  /** Bytes of standard output; more ends the process. */
  maxOutput: number
  timeoutMs: number
}

const STDERR_KEPT = 64 * 1024

/** Resolves with whatever exit code; throws `Cut` when a bound was reached and the cause when it could not start. */
export const runProcess = async (file: string, args: string[], o: SpawnOptions): Promise<Output> => {
  const child = spawn(file, args, { env: o.env, cwd: o.cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  let cut: Cut | null = null
  const end = (c: Cut): void => {
    cut ??= c
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => end(new Cut('too-slow', args[0] ?? file)), o.timeoutMs)
  const out: Buffer[] = []
  let size = 0
  child.stdout.on('data', (b: Buffer) => {
    size += b.length
    if (size > o.maxOutput) end(new Cut('too-much-output', args[0] ?? file))
    else out.push(b)
  })
  let err = ''
  child.stderr.on('data', (b: Buffer) => { err = (err + b.toString()).slice(-STDERR_KEPT) })

  const closed = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? ENDED_BY_SIGNAL))
  })
  const fed = feed(child.stdin, o.input).catch((e: unknown) => {
    // A process that ends before it has read its input breaks the pipe: its exit code says what matters.
    const code = (e as NodeJS.ErrnoException).code
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') end(new Cut('input-failed', args[0] ?? file, e))
  })
  try {
    const code = await closed
    if (o.input instanceof Readable && !o.input.destroyed) o.input.destroy()
    await fed
    if (cut) throw cut
    return { code, stdout: Buffer.concat(out), stderr: err.trim() }
  } finally {
    clearTimeout(timer)
  }
}

const feed = async (stdin: NodeJS.WritableStream, input: SpawnOptions['input']): Promise<void> => {
  if (input === undefined) {
    stdin.on('error', () => undefined)
    stdin.end()
    return
  }
  await pipeline(input instanceof Readable ? input : Readable.from([typeof input === 'string' ? Buffer.from(input) : input]), stdin)
}
