/** #2: NATS is away while an agent reports COMPLETE. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds, token } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'The agent\'s call is answered only when the report is committed, and the person sees it within 5 s of the recovery.',
  run: async (rig, { quick }) => {
    const id = await rig.spawn('completes')
    const word = token()
    // The words are there before the bus goes: the model thinks about them for four seconds.
    await rig.tell(id, `#slow true #end`)
    await rig.quiet(id)
    await rig.tell(id, `#complete ${word} #end`)
    await rig.kill('nats')
    await forSeconds(quick ? 5 : 15)
    const committed = async () => (await rig.sql(`select id from messages where kind = 'complete' and copy_of is null and text like '%${word}%'`)).length
    const early = (await rig.transcript(id)).filter((l) => JSON.stringify(l).includes('tool_result') && JSON.stringify(l).includes('mcp__orchestra__complete')).length
    if (early > 0 && (await committed()) === 0) throw new Error('the report was answered and is not committed')
    await rig.start('nats')
    await rig.healthy('nats')
    await rig.until('the person sees the report', 30_000, async () => (await committed()) === 1 && (await rig.session(id)).status === 'complete')
    await rig.quiet(id)
    if ((await committed()) !== 1) throw new Error(`the report is there ${await committed()} times`)
  },
}
