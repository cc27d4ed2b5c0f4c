/** What tools do that run agents on the host: the agent reaches the page, and the person's cookie lies where it can read it. */
import { writeFileSync } from 'node:fs'
import { join, dirname } from 'node:path'
import { agentIn } from '../frame/agent.ts'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'

const proof: Proof = {
  off: "with the host's network and the person's cookie",
  attacks: ['agent-approves'],
  target: async (t) => {
    const name = `${t.install}-unguarded-page`
    const real = await t.agent('merger')
    const file = join(dirname(t.project), 'cookie-of-the-proof')
    writeFileSync(file, t.person.cookie, { mode: 0o644 })
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', 'host', '-u', '1000:1000', '--tmpfs', '/tmp:exec,mode=1777', '--entrypoint', 'sleep', t.agentImage, '600'])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    await docker(['exec', '-i', name, 'sh', '-c', 'cat >/tmp/cookie'], { input: t.person.cookie })
    const inside = agentIn({ session: 'merger', branch: 'merger', container: name, worktree: '/nowhere', workdir: '/tmp' })
    const agent = { ...real, sh: (script: string, o?: { deadlineMs?: number }) => (script.includes('/api/commands/merge.approve') ? inside.sh(script, o) : real.sh(script, o)) }
    return { target: { ...t, agent: async (n?: string) => (n === 'designer' ? t.agent('designer') : agent) }, close: async () => { await docker(['rm', '-f', name]) } }
  },
}
export default proof
