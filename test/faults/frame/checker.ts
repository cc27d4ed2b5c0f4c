/**
 * Holds what was acknowledged against what is there: Postgres, git, Docker, and the conversations that the CLI itself wrote.
 * Returns what was lost, doubled or left behind, in sentences; nothing means that all was kept.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { acknowledged } from './history.ts'
import { checkFleet } from './check-fleet.ts'
import { checkMerges } from './check-merges.ts'
import { checkMessages } from './check-messages.ts'
import { checkWork } from './check-work.ts'
import type { Rig } from './rig.ts'

const SETTLE_MS = 120_000
const GLANCE_MS = 20_000
const AGAIN_MS = 40_000
const restless = new Set(['queued', 'starting', 'setup', 'working'])

type Pending = { kind: string; lane: string; state: string; attempts: number; last_error: string | null }

/** Null when nothing is under way any more; otherwise what is. */
const underWay = async (rig: Rig): Promise<string | null> => {
  const effects = await rig.sql<Pending>("select kind, lane, state, attempts, last_error from effects where state in ('waiting', 'running')")
  if (effects.length > 0) return `effects wait: ${effects.map((e) => `${e.kind} of ${e.lane} (${e.state}, ${e.attempts} tries${e.last_error === null ? '' : `, ${e.last_error.slice(0, 200)}`})`).join('; ')}`
  const { sessions } = await rig.client.state()
  const busy = sessions.filter((s) => restless.has(s.status) && !rig.history.excused.has(s.id))
  if (busy.length > 0) return busy.map((s) => `${s.id} is ${s.status}: ${s.statusText}`).join('; ')
  const queued = await rig.sql<{ id: string; recipient: string }>(
    `select m.id, m.recipient from messages m join sessions s on m.recipient = 'session:' || s.id
     where m.delivery = 'queued' and s.phase = 'running'`)
  const waiting = queued.filter((m) => !rig.history.excused.has(m.recipient.slice(8)))
  return waiting.length > 0 ? `${waiting.length} messages are not delivered, the first ${waiting[0]?.id} to ${waiting[0]?.recipient}` : null
}

/** Commands that were acknowledged have their receipt: the same id gets the same reply for ever. */
const checkReceipts = async (rig: Rig): Promise<string[]> => {
  const answered = rig.history.entries.filter((e) => e.outcome.kind === 'acknowledged')
  const stored = new Set((await rig.sql<{ id: string }>('select id from receipts')).map((r) => r.id))
  // What only looks, or changes nothing, leaves none.
  const silent = new Set(['session.interrupt'])
  const looks = (e: (typeof answered)[number]) => e.name === 'session.delete' && (e.outcome.kind === 'acknowledged' && !(e.outcome.reply as { deleted: boolean }).deleted)
  const deletedBefore = (e: (typeof answered)[number]) => e.name === 'session.delete' && e.outcome.kind === 'acknowledged' && String((e.outcome.reply as { text: string }).text).includes('already')
  return answered.filter((e) => !stored.has(e.id) && !silent.has(e.name) && !looks(e) && !deletedBefore(e)).map((e) => `the command ${e.name} ${e.id} was acknowledged and has no receipt`)
}

/**
 * What is under way may look lost for a moment, and not all of it can be seen to be: a push that failed while the orchestrator was away is tried
 * again up to 30 s later. It counts when it still does after that.
 */
export const check = async (rig: Rig): Promise<string[]> => {
  const until = Date.now() + AGAIN_MS
  let lost = await look(rig, SETTLE_MS)
  do {
    if (lost.length === 0) return lost
    await sleep(2000)
    lost = await look(rig, SETTLE_MS)
  } while (Date.now() < until)
  return lost
}

/** Beside a fault that failed already: what can be seen in a moment. */
export const glance = (rig: Rig): Promise<string[]> => look(rig, GLANCE_MS)

const look = async (rig: Rig, settleMs: number): Promise<string[]> => {
  const lost: string[] = []
  await rig.until('everything comes to rest', settleMs, async () => (await underWay(rig)) ?? true).catch((e: unknown) => lost.push(e instanceof Error ? e.message : String(e)))
  const failed = await rig.sql<Pending>("select kind, lane, state, attempts, last_error from effects where state = 'failed'")
  for (const f of failed) if (!rig.history.excused.has(f.lane.split(':')[1] ?? '')) lost.push(`an effect was given up: ${f.kind} of ${f.lane}, ${f.last_error?.slice(0, 300) ?? ''}`)
  const parts = await Promise.all([checkReceipts(rig), checkFleet(rig), checkMessages(rig), checkWork(rig), checkMerges(rig)])
  return [...lost, ...parts.flat()]
}

/** How much the checker had to hold: a check of nothing would say nothing. */
export const extent = (rig: Rig): string =>
  `${rig.history.entries.filter((e) => e.outcome.kind === 'acknowledged').length} acknowledged commands, ${acknowledged(rig.history, 'message.send').length + rig.history.said.length} messages, ${rig.history.work.length} files`
