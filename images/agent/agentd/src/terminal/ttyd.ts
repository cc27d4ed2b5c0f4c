/**
 * ttyd, one a target, on a socket inside the container, attached to tmux. Started when first asked for. Who connects may add arguments
 * to tmux's attach by the address: a viewer's leave the window's size alone.
 */
import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { log } from '../log.ts'

const MAX_CLIENTS = 16

export class Ttyd {
  readonly #dir: string
  readonly #env: Record<string, string>
  readonly #live = new Map<string, string>()

  constructor(dir: string, env: Record<string, string>) {
    this.#dir = dir
    this.#env = env
  }

  /** Path of the socket. It may take some milliseconds until it stands. */
  async socket(target: string, command: readonly string[]): Promise<string> {
    const known = this.#live.get(target)
    if (known !== undefined) return known
    const path = `${this.#dir}/tty-${target}.sock`
    this.#live.set(target, path)
    await rm(path, { force: true })
    const child = spawn('ttyd', ['-i', path, '-W', '-m', String(MAX_CLIENTS), '-P', '30', '-a', ...command], { env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-1000)))
    const gone = (why: string) => {
      this.#live.delete(target)
      log(`ttyd for ${target} ended: ${why} ${said.trim()}`)
    }
    child.on('error', (error) => gone(error.message))
    child.on('exit', (code, signal) => gone(`${code ?? signal}`))
    return path
  }
}
