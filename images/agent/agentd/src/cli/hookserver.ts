/** Takes the CLI's hook calls on loopback. The CLI waits for each answer, so all but held questions are answered at once. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { log, reasonOf } from '../log.ts'

const MAX_BODY = 4 * 1024 * 1024

export type HookHandler = (body: unknown, gone: AbortSignal) => Promise<unknown>

const read = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY) throw new Error(`a hook's call is over ${MAX_BODY} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `gone` fires when the CLI no longer waits: it went on, was interrupted, or died. */
export const openHookServer = (port: number, handle: HookHandler): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((req, res) => {
      const gone = new AbortController()
      res.on('close', () => gone.abort())
      read(req)
        .then((text) => handle(JSON.parse(text), gone.signal))
        .then((reply) => res.setHeader('content-type', 'application/json').end(JSON.stringify(reply)))
        .catch((error: unknown) => {
          if (!gone.signal.aborted) log(`hook: ${reasonOf(error)}`)
          // An empty answer lets the CLI go on as if there were no hook.
          if (!res.headersSent) res.end('{}')
        })
    })
    // Held questions outlive every default.
    server.requestTimeout = 0
    server.headersTimeout = 10_000
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
