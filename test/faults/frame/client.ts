/**
 * The person's side: signed in, and as stubborn as a person's page. A command goes out again with the same id until it is
 * answered; what came back is history.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandInput, CommandName, CommandReply, Problem, Result, StateSnapshot } from '@orchestra/contracts'
import type { Entry, History, Outcome } from './history.ts'

export type Client = {
  origin: string
  cookie: string
  /** An expected refusal is data. Throws when there is no answer within `patienceMs`. */
  command: <N extends CommandName>(name: N, input: CommandInput<N>, o?: { patienceMs?: number; id?: string }) => Promise<Result<CommandReply<N>>>
  /** As `command`, where a refusal is a failure of the test. */
  must: <N extends CommandName>(name: N, input: CommandInput<N>, o?: { patienceMs?: number; id?: string }) => Promise<CommandReply<N>>
  read: (path: string) => Promise<unknown>
  state: () => Promise<StateSnapshot>
  /** Address of a WebSocket with a fresh ticket. */
  socket: (path: string) => Promise<string>
}

const PATIENCE_MS = 60_000
const TRY_MS = 30_000
const AGAIN_MS = 300

export const signIn = async (link: string, history: History): Promise<Client> => {
  const origin = new URL(link).origin
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token')
  const headers = { origin, 'content-type': 'application/json' }
  const signed = await fetch(`${origin}/api/session`, { method: 'POST', headers, body: JSON.stringify({ token }) })
  if (!signed.ok) throw new Error(`signing in: ${signed.status} ${await signed.text()}`)
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

  const once = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${origin}${path}`, { method, headers: { ...headers, cookie }, body: body === undefined ? null : JSON.stringify(body), signal: AbortSignal.timeout(TRY_MS) })

  /** Null: nobody that decides has answered, so the same is sent again. */
  const answerOf = async (res: Response): Promise<Outcome | null> => {
    const text = await res.text()
    if (res.ok) return { kind: 'acknowledged', reply: text === '' ? {} : JSON.parse(text) }
    const problem = text.startsWith('{') ? (JSON.parse(text) as { problem?: Problem }).problem : undefined
    if (problem === undefined || res.status >= 500) return null
    return { kind: 'refused', problem }
  }
  const command: Client['command'] = async (name, input, { patienceMs = PATIENCE_MS, id = randomUUID() } = {}) => {
    const entry: Entry = { id, name, input: input as Record<string, unknown>, outcome: { kind: 'unknown', why: 'no answer' }, tries: 0, sentAt: Date.now(), answeredAt: 0 }
    history.entries.push(entry)
    for (const until = Date.now() + patienceMs; ; await sleep(AGAIN_MS)) {
      entry.tries += 1
      try {
        const res = await once('POST', `/api/commands/${name}`, { id, input })
        const outcome = await answerOf(res)
        if (outcome !== null) entry.outcome = outcome
        else entry.outcome = { kind: 'unknown', why: `HTTP ${res.status}` }
      } catch (e) {
        entry.outcome = { kind: 'unknown', why: e instanceof Error ? `${e.message} ${String(e.cause ?? '')}` : String(e) }
      }
      entry.answeredAt = Date.now()
      if (entry.outcome.kind === 'acknowledged') return { ok: true, value: entry.outcome.reply as never }
      if (entry.outcome.kind === 'refused') return { ok: false, problem: entry.outcome.problem }
      if (Date.now() > until) throw new Error(`${name} was not answered within ${patienceMs / 1000} s: ${entry.outcome.why}`)
    }
  }
  const read = async (path: string): Promise<unknown> => {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(AGAIN_MS)) {
      const said = await once('GET', path).then(async (res) => ({ ok: res.ok, text: await res.text(), status: res.status }), (e: unknown) => ({ ok: false, text: String(e), status: 0 }))
      if (said.ok) return JSON.parse(said.text)
      if (Date.now() > until) throw new Error(`GET ${path}: ${said.status} ${said.text}`)
    }
  }
  return {
    origin, cookie, command, read,
    must: async (name, input, o) => {
      const reply = await command(name, input, o)
      if (!reply.ok) throw new Error(`${name} was refused: ${reply.problem.code} ${reply.problem.message}`)
      return reply.value
    },
    state: async () => (await read('/api/state')) as StateSnapshot,
    socket: async (path) => {
      const { ticket } = (await (await once('POST', '/api/tickets', {})).json()) as { ticket: string }
      return `${origin.replace('http', 'ws')}${path}${path.includes('?') ? '&' : '?'}ticket=${ticket}`
    },
  }
}
