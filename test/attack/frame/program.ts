/** Runs a program with input and a deadline; both output streams apart. */
import { spawn } from 'node:child_process'

export type Ran = { code: number; out: string; err: string }
export type RunOptions = { input?: string | Buffer; deadlineMs?: number; cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number }

const MOST_KEPT = 8 * 1024 * 1024

/** At the deadline it is killed and its code is 124. */
export const program = (file: string, args: string[], o: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const who = o.uid === undefined ? {} : { uid: o.uid, gid: o.gid }
    const child = spawn(file, args, { cwd: o.cwd ?? '/', env: o.env ?? process.env, ...who, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let late = false
    const timer = setTimeout(() => { late = true; child.kill('SIGKILL') }, o.deadlineMs ?? 60_000)
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out = (out + text).slice(-MOST_KEPT) })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err = (err + text).slice(-MOST_KEPT) })
    // A program that ends before it has read its input breaks the pipe; its code says what matters.
    child.stdin.on('error', () => undefined)
    child.stdin.end(o.input ?? '')
    child.once('error', (e) => { clearTimeout(timer); reject(e) })
    child.once('close', (code) => { clearTimeout(timer); resolve({ code: late ? 124 : (code ?? 128), out, err }) })
  })

export const docker = (args: string[], o: RunOptions = {}): Promise<Ran> => program('docker', args, o)
