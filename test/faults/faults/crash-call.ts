/** kill -9 of the orchestrator with an agent's tool call in its hands: what it asked for is committed, and it has no reply yet. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'
import { token } from '../frame/rig.ts'

export const faults: Family = Object.fromEntries(['before bus.putInbox', 'after bus.putInbox'].map((point) => [point, {
  promise: 'The message is there once, and the agent that sent it is told so.',
  run: async (rig) => {
    const [id, other] = [await rig.spawn('calls'), await rig.spawn('called')]
    const word = token()
    // The model thinks for four seconds: the next message that is put anywhere is the agent's. Its call waits for the receipt.
    const told = await rig.tell(id, `#tell-later ${other} ${word} #end`)
    await rig.until('the model has the words', 30_000, async () => (await rig.sql(`select 1 from messages where id = '${told}' and delivery <> 'queued'`)).length === 1)
    const death = await arm(rig, 'orchestrator', point)
    await death.reached()
    await rig.healthy('orchestrator')
    await rig.until('the agent is told', 40_000, async () => (await rig.transcript(id)).some((l) => JSON.stringify(l).includes('Sent (message')))
    await rig.quiet(id)
    await rig.quiet(other)
    const sent = await rig.sql(`select 1 from messages where recipient = 'session:${other}' and text like '%${word}%'`)
    if (sent.length !== 1) throw new Error(`the message is there ${sent.length} times`)
  },
} satisfies Family[string]]))
