/** The HTTP server on a session's UNIX socket. */
import { createServer } from 'node:http'
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { problem } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import { sendProblem } from '../http/reply.ts'
import type { Log } from '../log.ts'
import { routeOf, upgradeOf } from './routes.ts'
import type { Rooms } from './routes.ts'

export const SOCKET_NAME = 'relay.sock'

/**
 * Listens in `folder`, which containers have mounted: a folder that is there is kept, a socket in it replaced. Closing ends all
 * connections and leaves the folder.
 */
export const serveSocket = async (folder: string, rooms: Rooms, log: Log): Promise<{ close(): Promise<void> }> => {
  const server = createServer({ maxHeaderSize: bounds.headerBytes, headersTimeout: 30_000, requestTimeout: 0, keepAliveTimeout: 75_000, shouldUpgradeCallback: (req) => upgradeOf(rooms, req) !== null })
  server.maxConnections = bounds.connections
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', (req, res) => {
    routeOf(rooms, req)(req, res).catch((error: unknown) => {
      if (req.destroyed && !req.complete) return // hung up while sending
      log('a request failed', { url: req.url?.slice(0, 200), error })
      if (res.headersSent) res.destroy()
      else sendProblem(res, problem('internal_error', 'The relay failed at this request.'))
    })
  })
  server.on('upgrade', (req, socket, head) => {
    const upgrade = upgradeOf(rooms, req)
    socket.on('error', () => socket.destroy())
    if (upgrade) upgrade(req, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  server.on('connect', (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    rooms.tunnel(req, socket, head)
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
    else socket.destroy()
  })

  const path = join(folder, SOCKET_NAME)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return {
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await ended
    },
  }
}
