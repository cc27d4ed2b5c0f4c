/** HTTP requests to the relay over the session's one UNIX socket. */
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Answer = { status: number; body: string }
export type RelayRequest = (path: string, body: Readable | Buffer | string, headers?: Record<string, string>, signal?: AbortSignal) => Promise<Answer>

const MAX_REPLY = 1024 * 1024

/** POSTs. Rejects when the relay can't be reached or hangs up; any status is an answer. */
export const relayRequest = (socketPath: string): RelayRequest => (path, body, headers = {}, signal) =>
  new Promise((resolve, reject) => {
    const req = request({ socketPath, path, method: 'POST', headers: { host: 'relay', ...headers }, signal }, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= MAX_REPLY) chunks.push(chunk)
        else req.destroy(new Error(`the relay's reply to ${path} is over ${MAX_REPLY} bytes`))
      })
      res.on('error', reject)
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    })
    req.on('error', reject)
    if (typeof body === 'string' || Buffer.isBuffer(body)) req.end(body)
    else pipeline(body, req).catch(reject)
  })
