/** What broke a rival: its server killed in the middle of a turn; the agent went on unseen, and the follow-up began a new conversation. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'The turn goes on and is seen; what was queued arrives in the same conversation.',
  quick: true,
  run: async (rig) => {
    const id = await rig.spawn('midturn')
    await rig.tell(id, 'Remember the word heliotrope.')
    await rig.quiet(id)
    const [before] = await rig.sql<{ conversation: string }>(`select conversation from sessions where id = '${id}'`)
    await rig.tell(id, '#do until test -e /tmp/go; do sleep 0.2; done; echo unseen > seen.txt; git add seen.txt; git commit -qm Seen #end')
    await rig.until('it works', 60_000, async () => (await rig.session(id)).status === 'working')
    await rig.tell(id, 'Queued before the kill.')
    await rig.kill('orchestrator')
    await rig.inside(id, 'touch /tmp/go')
    await rig.start('orchestrator')
    await rig.healthy('orchestrator')
    await rig.tell(id, 'The follow-up.')
    await rig.quiet(id)
    await rig.until('its commit is here', 60_000, async () => (await rig.git('show', `${id}:seen.txt`)) === 'unseen')
    const [after] = await rig.sql<{ conversation: string }>(`select conversation from sessions where id = '${id}'`)
    if (after?.conversation !== before?.conversation) throw new Error('the follow-up began a new conversation')
    const conversations = await rig.inside(id, 'ls ~/.claude/projects/*/*.jsonl | wc -l')
    if (conversations !== '1') throw new Error(`there are ${conversations} conversations`)
  },
}
