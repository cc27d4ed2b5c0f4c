/** #15: a diff of 100,000 lines and a binary of 5 MB. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'The counts are right, the page\'s share is bounded, and the service answers others meanwhile.',
  run: async (rig) => {
    const id = await rig.spawn('huge')
    await rig.tell(id, '#do seq 1 100000 > src/many.txt && head -c 5000000 /dev/urandom > src/blob.bin && git add . && git commit -qm Huge #end')
    await rig.quiet(id)
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    await rig.until('it is imported', 60_000, async () => (await rig.git('rev-parse', id)) === head)
    type File = { path: string; added: number; binary: boolean; patch: string | null }
    const [diff] = await Promise.all([rig.client.read(`/api/sessions/${id}/diff`) as Promise<{ files: File[] }>, rig.client.read('/api/state')])
    const many = diff.files.find((f) => f.path === 'src/many.txt')
    const blob = diff.files.find((f) => f.path === 'src/blob.bin')
    if (many?.added !== 100_000) throw new Error(`src/many.txt has ${many?.added} lines`)
    if (blob?.binary !== true || blob.patch !== null) throw new Error('the binary is shown as text')
    const bytes = JSON.stringify(diff).length
    if (bytes > 8_000_000) throw new Error(`the diff has ${bytes} bytes`)
  },
}
