/** Loopback port whose bytes go to the relay's socket as they are: model API, MCP and egress proxy are all behind it. */
import { createServer, createConnection } from 'node:net'
import type { Server, Socket } from 'node:net'
import { log } from '../log.ts'

const join = (a: Socket, b: Socket): void => {
  a.pipe(b)
  b.pipe(a)
  const end = () => {
    a.destroy()
    b.destroy()
  }
  a.on('error', end).on('close', end)
  b.on('error', end).on('close', end)
}

/** Resolves when the port is open. While the relay is away each connection is closed at once; clients try again by themselves. */
export const openGateway = (port: number, socketPath: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const upstream = createConnection({ path: socketPath, allowHalfOpen: true })
      join(client, upstream)
    })
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.on('error', (error) => log(`gateway: ${error.message}`))
      resolve(server)
    })
  })
