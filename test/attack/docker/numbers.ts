import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { ensureCall } from './_ensure.ts'

const huge = [Number.MAX_SAFE_INTEGER, 1e300, -1, 0, 0.0001, 2 ** 53, 2 ** 31, '4096', null, [], { $gt: 0 }, true]

const attack: Attack = {
  tries: 'asks for endless, negative, fractional and non-numeric memory, cpus and pids, and for logs and covers without end',
  success: 'a container has no limit or one beyond the bounds, or the spawner falls over',
  run: async (t) => {
    await t.agent('dock')
    await t.spawner([{ path: '/remove', body: { session: 'dock', volumes: false } }])
    const calls = (['memoryMb', 'cpus', 'pids'] as const).flatMap((field) => huge.map((value) => ensureCall(t, 'dock', { resources: { memoryMb: 512, cpus: 1, pids: 256, [field]: value } })))
    const replies = await t.spawner([
      ...calls, ensureCall(t, 'dock', { resources: {} }), ensureCall(t, 'dock', { resources: null }), { path: '/ensure', raw: `{"project":"${t.projectId}","session":"dock","role":"executor","paired":false,"covers":[],"resources":{"memoryMb":1e999,"cpus":NaN,"pids":Infinity}}` },
      ensureCall(t, 'dock', { covers: Array.from({ length: 100_000 }, (_, i) => `a/${i}`) }), ensureCall(t, 'dock', { covers: ['a'.repeat(5000)] }), { path: '/logs', body: { session: 'dock', lines: 1e9 } }, { path: '/logs', body: { session: 'dock', lines: -1 } },
      ensureCall(t, 'dock', {}),
    ])
    const inspected = await docker(['inspect', '--format', '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}', `${t.install}-s-dock`])
    need(inspected.code === 0, `no container was made: ${replies.map((r) => r.body.slice(0, 200)).join('\n')}`)
    const [memory = 0, swap = 0, cpus = 0, pids = 0] = inspected.out.trim().split(' ').map(Number)
    const bounded = memory > 0 && memory <= 262_144 * 2 ** 20 && swap === memory && cpus > 0 && cpus <= 64e9 && pids >= 64 && pids <= 32_768
    const alive = (await t.spawner([{ path: '/engine', body: {} }]))[0]?.status === 200
    if (!alive) return { through: 'the spawner answers no more' }
    return bounded ? { held: `${replies.filter((r) => r.status === 400 || r.status === 413).length} of ${replies.length} calls refused; the container has ${memory / 2 ** 20} MB, ${cpus / 1e9} cpus, ${pids} pids` } : { through: `memory ${memory}, swap ${swap}, cpus ${cpus}, pids ${pids}` }
  },
}
export default attack
