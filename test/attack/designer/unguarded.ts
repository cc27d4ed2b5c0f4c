/** What a designer is elsewhere: a container with the person's checkout mounted. */
import { statSync } from 'node:fs'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { agentIn } from '../frame/agent.ts'
import { docker } from '../frame/program.ts'

const proof: Proof = {
  off: 'with the checkout itself mounted instead of the mirror',
  attacks: ['ignored-files', 'writes'],
  target: async (t) => {
    const name = `${t.install}-unguarded-designer`
    const project = `/tmp/${name}`
    need((await t.person.sh('/', `rm -rf ${project} && cp -a ${t.project} ${project}`)).code === 0, 'the project could not be copied')
    const { uid, gid } = statSync(t.project)
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', 'none', '-u', `${uid}:${gid}`, '-v', `${project}:${project}`, '-v', `${project}:/workspace`, '--entrypoint', 'sleep', t.agentImage, '600'])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    return {
      target: { ...t, project, agent: async () => agentIn({ session: 'designer', branch: 'main', container: name, worktree: project, gitDir: '/workspace/.git' }) },
      close: async () => { await docker(['rm', '-f', name]); await t.person.sh('/', `rm -rf /tmp/${name}`) },
    }
  },
}
export default proof
