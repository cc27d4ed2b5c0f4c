import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { backTo, commitAndPush, mainOf, request, untilOver } from './_request.ts'

const attack: Attack = {
  tries: 'shows the person one commit, moves its branch before the approval arrives; and again after the approval, while the merge is under way',
  success: 'something that the person was not shown stands on the target',
  run: async (t) => {
    const agent = await t.agent('merger')
    const before = await mainOf(t)
    const shown = `shown-${Date.now()}.txt`
    await commitAndPush(agent, shown, 'shown')
    const m = await request(t, agent)
    await commitAndPush(agent, `hidden-${shown}`, 'hidden')
    const stale = await t.person.send('POST', '/api/commands/merge.approve', { input: { merge: m.id, tip: m.tip, targetSha: m.targetSha } })
    const forced = await t.person.send('POST', '/api/commands/merge.approve', { input: { merge: m.id, tip: before, targetSha: m.targetSha } })
    if (stale.ok || forced.ok) { await untilOver(t, m.id); const files = (await t.person.git(t.project, 'ls-tree', '-r', '--name-only', 'main')).out; await backTo(t, before); if (files.includes('hidden')) return { through: 'an approval of the old commit landed the new one' } }
    // Now with what is shown, and a commit in the moment after.
    const again = await request(t, agent)
    const approved = await t.person.send('POST', '/api/commands/merge.approve', { input: { merge: again.id, tip: again.tip, targetSha: again.targetSha } })
    need(approved.ok, `the second approval was refused: ${await approved.text()}`)
    await commitAndPush(agent, `late-${shown}`, 'late')
    const end = await untilOver(t, again.id)
    const files = (await t.person.git(t.project, 'ls-tree', '-r', '--name-only', 'main')).out
    await backTo(t, before)
    if (files.includes(`late-${shown}`)) return { through: `main has late-${shown}, which nobody was shown` }
    need(end.status === 'merged' && files.includes(shown), `what was approved did not land: ${end.status} ${end.statusText}`)
    return { held: `the stale approval: ${stale.status}, one with another commit: ${forced.status}; the approved commit landed, the later one did not` }
  },
}
export default attack
