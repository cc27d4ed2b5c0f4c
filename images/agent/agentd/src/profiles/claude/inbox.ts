/** Claude Code's own records and its inbox socket. */
import { createConnection } from 'node:net'
import { z } from 'zod'
import { textIn, tryJson } from '../../files.ts'
import type { Places } from '../../places.ts'
import type { CliRecord } from '../profile.ts'
import { originOf } from './given.ts'
import { transcriptPath } from './start.ts'

const POST_TIMEOUT_MS = 5000
/** `shell`: the turn is over, a background command runs on. */
const states = { idle: 'idle', shell: 'idle', busy: 'busy', waiting: 'dialog' } as const
const SessionFile = z.object({ sessionId: z.string(), status: z.enum(['idle', 'shell', 'busy', 'waiting']).catch('busy'), statusUpdatedAt: z.number().optional().catch(undefined), messagingSocketPath: z.string().optional() })

/** By the pid of the very process that we started: a record that a killed one left behind has another. */
export const readRecord = async (places: Places, pid: number): Promise<CliRecord | null> => {
  const text = await textIn(`${places.home}/.claude/sessions/${pid}.json`)
  // Null too while it is being written.
  const parsed = text === null ? null : SessionFile.safeParse(tryJson(text))
  if (parsed === null || !parsed.success) return null
  return { status: states[parsed.data.status], since: new Date(parsed.data.statusUpdatedAt ?? Date.now()), background: parsed.data.status === 'shell', inbox: parsed.data.messagingSocketPath ?? null, conversation: parsed.data.sessionId }
}

/** `messages` go into `from`, which the CLI keeps beside the text and shows to no model. */
export const postText = (socketPath: string, text: string, messages: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ path: socketPath })
    socket.setTimeout(POST_TIMEOUT_MS, () => socket.destroy(new Error('the inbox did not take the message in time')))
    socket.on('error', reject)
    socket.on('connect', () => socket.end(`${JSON.stringify({ type: 'user', from: originOf(messages), message: { role: 'user', content: text } })}\n`))
    socket.on('close', (failed) => {
      if (!failed) resolve()
    })
    socket.resume()
  })

const Line = z.object({ type: z.string(), operation: z.string().optional(), content: z.unknown().optional(), timestamp: z.string().optional() })

/** The transcript has an `enqueue` line with the text as soon as the CLI has taken it in. */
export const timesEnqueued = async (places: Places, conversation: string, text: string, since: Date): Promise<number> => {
  let times = 0
  const all = (await textIn(transcriptPath(places, conversation))) ?? ''
  for (const line of all.slice(-4_000_000).split('\n').toReversed()) {
    if (!line.includes('"queue-operation"')) continue
    const parsed = Line.safeParse(tryJson(line))
    if (!parsed.success || parsed.data.operation !== 'enqueue') continue
    if (parsed.data.timestamp !== undefined && Date.parse(parsed.data.timestamp) < since.getTime() - 50) break
    if (JSON.stringify(parsed.data.content ?? '').includes(JSON.stringify(text.trim()).slice(1, -1))) times += 1
  }
  return times
}
