/** Messages: each acknowledged one is a row, and what its row says is what the receiver's conversation says. */
import { acknowledged } from './history.ts'
import type { Rig } from './rig.ts'
import { promptsOf, timesGiven } from './transcript.ts'

type Row = { id: string; recipient: string; delivery: string; copy_of: string | null; text: string; delivery_reason: string | null; phase: string | null; role: string | null; conversation: string | null; sent_at: string; deleted_at: string | null; before_restore: boolean }

/** Text that stands for one message: tests put a word into each that no other has. */
export const tokenOf = (text: string): string | null => /\bmsg-[0-9a-f-]{36}\b/.exec(text)?.[0] ?? null

export const checkMessages = async (rig: Rig): Promise<string[]> => {
  const lost: string[] = []
  const rows = await rig.sql<Row>(
    `select m.id, m.recipient, m.delivery, m.copy_of, m.text, m.delivery_reason, m.sent_at, s.phase, s.role, s.conversation, s.deleted_at,
       exists (select 1 from events e where e.session_id = s.id and e.type = 'session.restored' and e.at > m.sent_at) as before_restore
     from messages m left join sessions s on m.recipient = 'session:' || s.id order by m.seq`)
  const byId = new Map(rows.map((r) => [r.id, r]))
  for (const { entry, reply } of acknowledged(rig.history, 'message.send')) {
    const row = byId.get(reply.message)
    if (!row) lost.push(`message ${reply.message} (${entry.id}) was acknowledged and is no row`)
    else if (row.text !== entry.input.text) lost.push(`message ${reply.message} has another text than was sent`)
  }
  for (const s of rig.history.said) if (!rows.some((r) => r.text.includes(s.token))) lost.push(`a message of ${s.from} to ${s.to} was acknowledged and is no row`)
  const prompts = new Map<string, string[]>()
  const given = async (session: string): Promise<string[]> => {
    const known = prompts.get(session)
    if (known) return known
    const read = promptsOf(await rig.transcript(session))
    prompts.set(session, read)
    return read
  }
  for (const row of rows) {
    const token = tokenOf(row.text)
    const session = row.recipient.startsWith('session:') ? row.recipient.slice(8) : null
    // A deletion takes the conversation along; what was told before it is not compared any more, nor after a restore.
    if (token === null || session === null || row.phase === 'deleted' || row.deleted_at !== null || row.before_restore) continue
    const times = timesGiven(await given(session), token)
    const told = ['delivered', 'seen', 'answered'].includes(row.delivery)
    if (told && times === 0) lost.push(`message ${row.id} to ${session} is called ${row.delivery} and does not stand in its conversation`)
    if (times > 1) lost.push(`message ${row.id} to ${session} stands ${times} times in its conversation`)
    if (!told && times > 0) lost.push(`message ${row.id} to ${session} stands in its conversation and is called ${row.delivery}`)
    if (!told && row.phase === 'running' && !rig.history.excused.has(session)) lost.push(`message ${row.id} to ${session} is ${row.delivery}${row.delivery_reason === null ? '' : ` (${row.delivery_reason})`} although the session runs`)
  }
  return lost
}

/** Texts that hold a token, in the order in which the receiver's model got them. */
export const orderGiven = async (rig: Rig, session: string): Promise<string[]> =>
  promptsOf(await rig.transcript(session)).flatMap((p) => p.match(/\bmsg-[0-9a-f-]{36}\b/g) ?? [])
