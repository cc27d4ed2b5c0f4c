/** #14: the target moves between preview and yes, and the person has edited what the merge needs. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../frame/fault.ts'
import { approved, requested } from '../frame/merging.ts'

export const fault: Fault = {
  promise: 'A yes is bound to what was shown, and a file that the person edited stays byte for byte.',
  run: async (rig) => {
    await rig.client.must('settings.save', { checkCommand: null })
    const id = await rig.spawn('bound')
    await rig.work(id, 'README.md', `# Written by ${id}`)
    const merge = await requested(rig, id)
    const shown = (await rig.client.state()).merges.find((m) => m.id === merge)
    if (!shown) throw new Error('the request is not shown')
    const moved = `${rig.fresh('persons')}.txt`
    await rig.stack.shell(`echo mine > ${moved}; git add ${moved}; git commit -qm 'The person goes on'`, { as: 'owner', deadlineMs: 20_000 })
    const stale = await rig.client.command('merge.approve', { merge, tip: shown.tip, targetSha: shown.targetSha })
    if (stale.ok || stale.problem.code !== 'merge_moved') throw new Error(`a yes to commits that moved: ${JSON.stringify(stale)}`)
    const readme = join(rig.stack.project, 'README.md')
    const before = await rig.git('show', 'HEAD:README.md')
    writeFileSync(readme, 'edited by the person, not committed\n')
    const main = await rig.git('rev-parse', 'main')
    await approved(rig, merge)
    const status = async (): Promise<string> => (await rig.sql<{ status: string }>(`select status from merges where id = '${merge}'`))[0]?.status ?? ''
    await rig.until('it is refused', 60_000, async () => (await status()) === 'refused' || status())
    const kept = await rig.stack.shell('cat README.md', { as: 'owner', deadlineMs: 5000 })
    if (kept.output !== 'edited by the person, not committed\n') throw new Error(`the person's file is now: ${kept.output}`)
    if ((await rig.git('rev-parse', 'main')) !== main) throw new Error('main moved')
    writeFileSync(readme, `${before}\n`)
    await rig.git('checkout', '--', 'README.md')
    await approved(rig, merge)
    await rig.until('it lands', 60_000, async () => (await status()) === 'merged' || status())
  },
}
