/** #2: NATS is away while an agent reports COMPLETE. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds, token } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'The agent\'s call is answered only when the report is committed, and the person sees it within 5 s of the recovery.',
  run: async (rig, { quick }) => {
    const id = await rig.spawn('completes')
    const word = token()
    // The words are there before the bus goes: the model thinks about them for four seconds.
    const told = await rig.tell(id, `#later ${word} #end`)
    await rig.until('the model has the words', 30_000, async () => (await rig.sql(`select 1 from messages where id = '${told}' and delivery <> 'queued'`)).length === 1)
    await rig.kill('nats')
    await forSeconds(quick ? 5 : 15)
    const committed = async () => (await rig.sql(`select id from messages where kind = 'complete' and copy_of is null and text like '%${word}%'`)).length
    const lines = (await rig.transcript(id)).map((l) => JSON.stringify(l))
    if (!lines.some((l) => l.includes('mcp__orchestra__complete') && l.includes(word))) throw new Error('the agent did not report while the bus was away')
    if (lines.some((l) => l.includes('Reported as complete')) && (await committed()) === 0) throw new Error('the report was answered and is not committed')
    await rig.start('nats')
    await rig.healthy('nats')
    await rig.until('the person sees the report', 5000, async () => (await committed()) === 1 && (await rig.session(id)).status === 'complete')
    await rig.quiet(id)
    if ((await committed()) !== 1) throw new Error(`the report is there ${await committed()} times`)
  },
}
