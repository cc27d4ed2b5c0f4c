/** Lets a service die at one of its named points (packages/contracts/src/crashpoints.ts). */
import type { CrashService } from '@orchestra/contracts'
import type { Rig } from './rig.ts'

let nonce = Date.now()

const folders = { orchestrator: '/var/lib/orchestra/crash', relay: '/var/lib/relay/crash', spawner: '/var/lib/spawner/crash' } as const

export type Armed = { /** Resolves when it died there; throws when it did not within the time. */ reached: (ms?: number) => Promise<void>; disarm: () => Promise<void> }

export const arm = async (rig: Rig, service: CrashService, point: string, session?: string): Promise<Armed> => {
  nonce += 1
  const mine = String(nonce)
  if (service === 'agentd') {
    if (session === undefined) throw new Error('agentd dies in a session')
    // The orchestrator alone writes seed folders; agents see them read-only.
    const file = `/run/seeds/${session}/armed`
    await rig.docker('exec', rig.service('orchestrator'), 'as-owner', 'sh', '-c', `echo '${mine} ${point}' > ${file}.new && mv ${file}.new ${file}`)
    return {
      reached: (ms = 60_000) => rig.until(`agentd of ${session} dies ${point}`, ms, async () => {
        const { output } = await rig.tryDocker('run', '--rm', '--network', 'none', '--entrypoint', 'cat', '--volume', `${rig.stack.install}-home-${session}:/h:ro`, 'postgres:18.6-trixie', '/h/.orchestra/crashpoint-spent')
        return output.trim() === mine || output.slice(-200)
      }),
      disarm: async () => { await rig.docker('exec', rig.service('orchestrator'), 'as-owner', 'rm', '-f', file) },
    }
  }
  const folder = folders[service]
  const shell = (script: string) => service === 'spawner' ? rig.docker('exec', rig.service(service), 'sh', '-c', script) : rig.docker('exec', rig.service(service), 'as-owner', 'sh', '-c', script)
  await shell(`mkdir -p ${folder} && echo '${mine} ${point}' > ${folder}/new && mv ${folder}/new ${folder}/armed`)
  return {
    reached: (ms = 60_000) => rig.until(`${service} dies ${point}`, ms, async () => (await shell(`cat ${folder}/spent`)) === mine),
    disarm: async () => { await shell(`rm -f ${folder}/armed`) },
  }
}
