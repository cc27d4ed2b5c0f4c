/** #16: names that were made to be taken for something else. */
import type { Fault } from '../frame/fault.ts'

const NAMES = ["tab\\there.txt", 'line\\nbreak.txt', 'quote"s.txt', "it's.txt", '<img src=x onerror=alert(1)>.txt', '\\377\\376bytes.txt', '-rf.txt', '\\342\\200\\256txt.exe', '--upload-pack=x', '$(touch ran).txt']

export const fault: Fault = {
  promise: 'They make the round trip byte for byte, and nothing is run.',
  run: async (rig) => {
    const id = await rig.spawn('strange')
    const script = NAMES.map((n, i) => `f=$(printf '%b.' '${n.replaceAll("'", `'\\''`).replaceAll('\\3', '\\03').replaceAll('\\2', '\\02')}'); printf ${i} > "./\${f%.}"`).join('; ')
    await rig.inside(id, `mkdir -p /workspace/names && cd /workspace/names && ${script} && cd .. && git add -A && git commit -qm Names`)
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    await rig.until('they are imported', 60_000, async () => (await rig.git('rev-parse', id)) === head)
    const count = (await rig.git('ls-tree', '-r', '--name-only', id, 'names/')).split('\n').length
    if (count !== NAMES.length) throw new Error(`${count} of ${NAMES.length} names arrived`)
    const diff = (await rig.client.read(`/api/sessions/${id}/diff`)) as { files: { path: string; added: number }[] }
    if (diff.files.filter((f) => f.path.includes('names/')).length !== NAMES.length) throw new Error(`the diff shows ${diff.files.map((f) => JSON.stringify(f.path)).join(' ')}`)
    const status = await rig.stack.shell(`cd '${rig.worktree(id)}' && git status --porcelain && find . '${rig.stack.project}' -name ran`, { as: 'owner', deadlineMs: 10_000 })
    if (status.code !== 0 || status.output !== '') throw new Error(`the worktree on the host says ${status.output}`)
  },
}
