/** A real NATS server with JetStream for one test file: the binary that NATS_SERVER names, else a container of the product's image. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const login = { user: 'test', password: 'test' } as const

export type NatsServer = { url: string; user: string; password: string; /** kill -9, keeping the store */ crash(): Promise<void>; restart(): Promise<void>; stop(): Promise<void> }

export const startNats = (): Promise<NatsServer> => (process.env.NATS_SERVER ? fromBinary(process.env.NATS_SERVER) : fromImage())

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const fromBinary = async (binary: string): Promise<NatsServer> => {
  const store = await mkdtemp(join(tmpdir(), 'nats-'))
  const port = await freePort()
  const start = async () => {
    const server = spawn(binary, ['-js', '-a', '127.0.0.1', '-p', String(port), '-sd', store, '--user', login.user, '--pass', login.password], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (text: Buffer) => text.includes('Server is ready') && resolve())
      server.once('exit', (code) => reject(new Error(`nats-server ended with ${code}`)))
    })
    return { server, ended }
  }
  let current = await start()
  const crash = async () => { current.server.kill('SIGKILL'); await current.ended }
  return {
    url: `nats://127.0.0.1:${port}`,
    ...login,
    crash,
    async restart() { current = await start() },
    async stop() { await crash(); await rm(store, { recursive: true, force: true }) },
  }
}

/** The tag that compose.yaml pins. */
const pinnedImage = async (): Promise<string> => {
  const compose = await readFile(new URL('../../compose.yaml', import.meta.url), 'utf8')
  const image = /image:\s*["']?(nats:[\w.-]+)/.exec(compose)?.[1]
  if (!image) throw new Error('compose.yaml names no nats image')
  return image
}

const fromImage = async (): Promise<NatsServer> => {
  const name = `orchestra-test-nats-${process.pid}-${Math.random().toString(36).slice(2, 8)}`
  const port = await freePort()
  await run('docker', ['run', '-d', '--name', name, '-p', `127.0.0.1:${port}:4222`, await pinnedImage(), '-js', '--user', login.user, '--pass', login.password])
  return {
    url: `nats://127.0.0.1:${port}`,
    ...login,
    async crash() { await run('docker', ['kill', name]) },
    async restart() { await run('docker', ['start', name]) },
    async stop() { await run('docker', ['rm', '-f', '-v', name]) },
  }
}
