/** 500 messages wait for a session that is away. */
import type { SessionId } from '@orchestra/contracts'
import type { Fault } from '../frame/fault.ts'
import { promptsOf } from '../frame/transcript.ts'

const MESSAGES = 500
/** A model weighs them in portions; one by one they would be 500 turns. */
const MOST_PROMPTS = 20

export const fault: Fault = {
  promise: 'They arrive in order when it is back, each once, in portions that a model can read.',
  run: async (rig) => {
    const id = (await rig.spawn('absent')) as SessionId
    await rig.client.must('session.archive', { session: id })
    await rig.until('it is archived', 60_000, async () => (await rig.session(id)).status === 'archived')
    for (let i = 0; i < MESSAGES; i++) await rig.tell(id, `Number ${i};`)
    const before = promptsOf(await rig.transcript(id)).length
    await rig.client.must('session.continue', { session: id })
    await rig.until('all are delivered', 240_000, async () => {
      const [left] = await rig.sql<{ n: number }>(`select count(*) n from messages where recipient = 'session:${id}' and delivery in ('queued', 'failed')`)
      return Number(left?.n) === 0 || `${left?.n} are left`
    })
    await rig.quiet(id)
    const prompts = promptsOf(await rig.transcript(id)).slice(before).filter((p) => p.includes('Number '))
    const numbers = prompts.flatMap((p) => [...p.matchAll(/Number (\d+);/g)].map((m) => Number(m[1])))
    if (numbers.length !== MESSAGES || numbers.some((n, i) => n !== i)) throw new Error(`they arrived as ${numbers.length}: ${numbers.slice(0, 20).join(' ')} …`)
    if (prompts.length > MOST_PROMPTS) throw new Error(`they took ${prompts.length} prompts`)
    rig.say(`${MESSAGES} messages in ${prompts.length} prompts`)
  },
}
