/**
 * A real NATS server for one test file, with the product's own configuration and accounts: the binary that NATS_SERVER names,
 * else a container of the pinned image.
 */
import { execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = (path: string) => new URL(`../../${path}`, import.meta.url)

export type Login = { url: string; user: string; password: string }
export type NatsServer = { /** accounts with the rights that they have in the product */ orchestrator: Login; relay: Login; /** kill -9, keeping the store */ crash(): Promise<void>; /** kill -9, and the store is gone */ lose(): Promise<void>; restart(): Promise<void>; stop(): Promise<void> }

export const startNats = async (): Promise<NatsServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'nats-'))
  const port = await freePort()
  const server = process.env.NATS_SERVER ? await fromBinary(process.env.NATS_SERVER, folder, port) : await fromImage(folder, port)
  const login = (user: string): Login => ({ url: `nats://127.0.0.1:${port}`, user, password: `${user}-password` })
  return {
    orchestrator: login('orchestrator'),
    relay: login('relay'),
    ...server,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The product's configuration, with `replace` for what depends on the place. */
const writeConfig = async (folder: string, replace: Record<string, string> = {}): Promise<string> => {
  let text = await readFile(repository('services/init/nats.conf'), 'utf8')
  for (const [key, value] of Object.entries(replace)) text = text.replace(new RegExp(`^(\\s*)${key}: .*$`, 'm'), (_line, space: string) => (value === '' ? '' : `${space}${key}: "${value}"`))
  const path = join(folder, 'nats.conf')
  await writeFile(path, text)
  await writeFile(join(folder, 'passwords.conf'), 'ORCHESTRATOR_PASSWORD: "orchestrator-password"\nRELAY_PASSWORD: "relay-password"\n')
  return path
}

const fromBinary = async (binary: string, folder: string, port: number): Promise<Pick<NatsServer, 'crash' | 'lose' | 'restart' | 'stop'>> => {
  const config = await writeConfig(folder, { listen: `127.0.0.1:${port}`, http: '', store_dir: join(folder, 'data') })
  const start = async () => {
    const server = spawn(binary, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (text: Buffer) => text.includes('Server is ready') && resolve())
      server.once('exit', (code) => reject(new Error(`nats-server ended with ${code}`)))
    })
    return { server, ended }
  }
  let current = await start()
  const crash = async () => { current.server.kill('SIGKILL'); await current.ended }
  const lose = async () => { await crash(); await rm(join(folder, 'data'), { recursive: true, force: true }) }
  return { crash, lose, async restart() { current = await start() }, stop: crash }
}

const pinnedImage = async (): Promise<string> => {
  const image = /image:\s*["']?(nats:[\w.-]+)/.exec(await readFile(repository('compose.yaml'), 'utf8'))?.[1]
  if (!image) throw new Error('compose.yaml names no nats image')
  return image
}

const fromImage = async (folder: string, port: number): Promise<Pick<NatsServer, 'crash' | 'lose' | 'restart' | 'stop'>> => {
  const name = `orchestra-test-nats-${process.pid}-${Math.random().toString(36).slice(2, 8)}`
  await writeConfig(folder)
  await chmod(folder, 0o755)
  await run('docker', ['run', '-d', '--name', name, '-p', `127.0.0.1:${port}:4222`, '--mount', `type=bind,source=${folder},target=/run/secrets,readonly`, '--mount', 'type=volume,target=/data', await pinnedImage(), 'nats-server', '--config', '/run/secrets/nats.conf'])
  return {
    async crash() { await run('docker', ['kill', name]) },
    async lose() { await run('docker', ['exec', '--user', '0', name, 'sh', '-c', 'rm -rf /data/*']); await run('docker', ['kill', name]) },
    async restart() { await run('docker', ['start', name]) },
    async stop() { await run('docker', ['rm', '-f', '-v', name]) },
  }
}
