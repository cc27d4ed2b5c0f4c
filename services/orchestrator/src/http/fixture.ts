/** For tests of this room: the public door on a real port, over an engine that is a few lines of memory. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Change, StateSnapshot } from '@orchestra/contracts'
import type { Accounts, Engine } from '../ports/engine.ts'
import type { PublicConfig, RelayDoor } from './config.ts'
import { buildPublic } from './public.ts'

export const memoryAccounts = (): Accounts => {
  const tokens = new Set<string>()
  const secrets = new Set<string>()
  let n = 0
  return {
    createSignInToken: async () => {
      tokens.add(`token-${(n += 1)}`)
      return `token-${n}`
    },
    redeem: async (token) => {
      if (!tokens.delete(token)) return null
      secrets.add(`secret-of-${token}`)
      return { secret: `secret-of-${token}`, name: 'owner' }
    },
    whoIs: async (secret) => (secrets.has(secret) ? { name: 'owner' } : null),
    signOut: async (secret) => void secrets.delete(secret),
  }
}

/** A spec file with revisions, as the repository port keeps one; `write` is what an editor or an agent does behind our back. */
export const memorySpec = (initial = '') => {
  let text = initial
  const listeners = new Set<() => void>()
  const revision = () => createHash('sha256').update(text).digest('hex')
  const write = (next: string) => {
    text = next
    for (const l of listeners) l()
  }
  const engine: Pick<Engine, 'readSpec' | 'writeSpec' | 'onSpec'> = {
    readSpec: async () => ({ text, revision: revision() }),
    writeSpec: async (next, expected) => {
      if (expected !== null && expected !== revision()) return fail(problem('spec_conflict', 'the spec changed'))
      write(next)
      return ok({ revision: revision() })
    },
    onSpec: (l) => {
      listeners.add(l)
      return () => listeners.delete(l)
    },
  }
  return { engine, write, text: () => text }
}

export const emptyState = { sessions: [], messages: [], merges: [], runs: [], attention: [] } as unknown as StateSnapshot

/** Only what a test gives is there: anything else that the door asks for is a failure of the test. */
export const memoryEngine = (given: Partial<Engine>): Engine & { publish(seq: number, changes: Change[]): void } => {
  const subscribers = new Set<(seq: number, changes: Change[]) => void>()
  const own = {
    subscribe: (l: (seq: number, changes: Change[]) => void) => {
      subscribers.add(l)
      return () => subscribers.delete(l)
    },
    publish: (seq: number, changes: Change[]) => {
      for (const s of subscribers) s(seq, changes)
    },
    snapshot: async () => ({ seq: 0, state: emptyState }),
    ...memorySpec().engine,
    ...given,
  }
  return own as unknown as Engine & { publish(seq: number, changes: Change[]): void }
}

export const openDoor = async (given: Partial<Engine> = {}, more: { relay?: RelayDoor; stateDir?: string; lookAgainMs?: number } = {}) => {
  const accounts = memoryAccounts()
  const engine = memoryEngine(given)
  const config: PublicConfig = { port: 0, names: [], tls: false, install: 'test', version: '0', stateDir: more.stateDir ?? (await mkdtemp(join(tmpdir(), 'door-'))) }
  // The host list holds the published port, so the port is taken first.
  config.port = await freePort()
  const app = await buildPublic({ engine, accounts, config, relay: more.relay ?? { url: 'http://127.0.0.1:9', token: 'x' }, lookAgainMs: more.lookAgainMs })
  await app.listen({ port: config.port, host: '127.0.0.1' })
  const base = `http://127.0.0.1:${config.port}`
  const signedIn = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { origin: base, 'content-type': 'application/json' },
    body: JSON.stringify({ token: await accounts.createSignInToken() }),
  })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const call = (path: string, init: RequestInit = {}) =>
    fetch(base + path, { ...init, headers: { origin: base, cookie, ...(init.body ? { 'content-type': 'application/json' } : {}), ...init.headers } })
  const ticket = async (): Promise<string> => ((await (await call('/api/tickets', { method: 'POST' })).json()) as { ticket: string }).ticket
  const socketUrl = (path: string, t: string) => `${base.replace('http', 'ws')}${path}${path.includes('?') ? '&' : '?'}ticket=${t}`
  const socket = async (path: string): Promise<WebSocket> => new WebSocket(socketUrl(path, await ticket()), { headers: { origin: base, cookie } })
  return { app, accounts, engine, config, base, cookie, call, ticket, socket, socketUrl, close: () => app.close() }
}

const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Messages of a socket, in order, each awaited. */
export const reader = (socket: WebSocket) => {
  const waiting: Buffer[] = []
  let wake = (): void => {}
  socket.on('message', (data) => {
    waiting.push(data as Buffer)
    wake()
  })
  return async (): Promise<Buffer> => {
    while (waiting.length === 0) await new Promise<void>((r) => (wake = r))
    return waiting.shift() as Buffer
  }
}
