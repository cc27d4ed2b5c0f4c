/** Which room a request on a session's socket belongs to. Nothing in the request says who sent it: the socket does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { problem } from '@orchestra/contracts'
import { sendProblem } from '../http/reply.ts'

export type Route = (req: IncomingMessage, res: ServerResponse) => Promise<void>
export type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void
export type Rooms = { model: Route; mcp: Route; ask: Route; askSettled: Route; pushPack: Route; pushLog: Route; proxy: Route; link: Upgrade; stream: (id: string) => Upgrade; tunnel: Upgrade }

const pathOf = (req: IncomingMessage): string => (req.url ?? '').split('?', 1)[0] ?? ''

export const routeOf = (rooms: Rooms, req: IncomingMessage): Route => {
  if (/^https?:\/\//i.test(req.url ?? '')) return rooms.proxy
  const path = pathOf(req)
  if (path.startsWith('/llm/')) return rooms.model
  if (path === '/mcp') return rooms.mcp
  const posted: Record<string, Route> = { '/ask': rooms.ask, '/ask/settled': rooms.askSettled, '/push/pack': rooms.pushPack, '/push/log': rooms.pushLog }
  return (req.method === 'POST' ? posted[path] : undefined) ?? ((_req, res) => Promise.resolve(sendProblem(res, problem('not_found', `Nothing is served at ${req.method} ${path.slice(0, 200)}.`))))
}

export const upgradeOf = (rooms: Rooms, req: IncomingMessage): Upgrade | null => {
  const path = pathOf(req)
  if (path === '/link') return rooms.link
  const stream = /^\/stream\/([0-9a-f-]{36})$/.exec(path)?.[1]
  return stream ? rooms.stream(stream) : null
}
