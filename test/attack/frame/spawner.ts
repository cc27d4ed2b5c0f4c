/** The spawner as a compromised orchestrator would use it: any bytes on its socket, from inside the orchestrator's container. */
import { docker } from './program.ts'
import { NotCarriedOut } from './attack.ts'

export type SpawnerReply = { status: number; body: string; tip: string | null }
export type SpawnerCall = { method?: string; path: string; body?: unknown; raw?: string }
export type Spawner = (calls: SpawnerCall[]) => Promise<SpawnerReply[]>

const script = `
const http = require('node:http')
let text = ''
process.stdin.on('data', (d) => { text += d }).on('end', async () => {
  const replies = []
  for (const c of JSON.parse(text)) replies.push(await new Promise((done) => {
    const body = c.raw ?? (c.body === undefined ? '' : JSON.stringify(c.body))
    const req = http.request({ socketPath: '/run/spawner/spawner.sock', method: c.method ?? 'POST', path: c.path, headers: { host: 'spawner', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (res) => {
      const chunks = []
      const end = () => done({ status: res.statusCode, tip: res.headers['x-tip'] ?? null, body: Buffer.concat(chunks).toString('latin1').slice(0, 100000) })
      res.on('data', (d) => chunks.push(d)).on('end', end).on('error', end)
      setTimeout(() => res.destroy(), 20000).unref()
    })
    req.on('error', (e) => done({ status: 0, tip: null, body: String(e) }))
    req.end(body)
  }))
  process.stdout.write(JSON.stringify(replies), () => process.exit(0))
})`

export const spawnerOf = (orchestrator: string): Spawner => async (calls) => {
  const ran = await docker(['exec', '-i', orchestrator, 'as-owner', 'node', '-e', script], { input: JSON.stringify(calls), deadlineMs: 120_000 })
  if (ran.code !== 0) throw new NotCarriedOut(`the spawner's socket could not be used: ${ran.err.slice(-1000)}`)
  return JSON.parse(ran.out) as SpawnerReply[]
}
