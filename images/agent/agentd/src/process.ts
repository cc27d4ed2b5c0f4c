/** Child processes: run to the end with bounded output, or fail with what the program said. */
import { spawn } from 'node:child_process'

export type Finished = { code: number | null; signal: NodeJS.Signals | null; stdout: Buffer; stderr: string }
export type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; input?: string | Buffer; /** Bytes of output to keep. */ maxBytes?: number }

/** Resolves with exit code and output, whatever the code; rejects when the program can't be started. */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    let size = 0
    let stderr = ''
    const max = options.maxBytes ?? 64 * 1024 * 1024
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= max) chunks.push(chunk)
      else child.kill('SIGKILL')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 20_000) stderr += chunk.toString('utf8')
    })
    // A program that ends before it has read its input is its own affair: the exit code tells.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(chunks), stderr }))
    child.stdin.end(options.input ?? '')
  })

/** Output of a program that has to succeed. */
export const must = async (command: string, args: readonly string[], options: RunOptions = {}): Promise<string> => {
  const done = await run(command, args, options)
  if (done.code === 0) return done.stdout.toString('utf8')
  throw new Error(`${command} ${args.slice(0, 6).join(' ')} ended with ${done.code ?? done.signal}: ${done.stderr.trim().slice(-2000)}`)
}
