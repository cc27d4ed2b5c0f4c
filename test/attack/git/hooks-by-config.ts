import type { Attack } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { live, plant } from './_work.ts'

const attack: Attack = {
  tries: 'defines hooks in configuration (hook.<name>.command, git 2.54 and later), which core.hooksPath does not switch off',
  success: 'such a hook runs on the host, for the person or for the orchestrator',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    await evil.sh(`for e in pre-commit post-commit post-checkout post-merge reference-transaction post-index-change post-rewrite; do git config hook.evil-$e.command ${program}; git config hook.evil-$e.event $e; git config hook.evil.event --add $e 2>/dev/null || git config --add hook.evil.event $e; done; git config hook.evil.command ${program}`)
    const versions = [(await t.person.git('/', '--version')).out.trim(), (await docker(['exec', t.service('orchestrator'), 'git', '--version'])).out.trim(), await evil.sh('git --version')]
    const outcome = await live(t, evil, 'configured hooks')
    return 'held' in outcome ? { held: `${outcome.held} (host ${versions[0]}, orchestrator ${versions[1]}, agent ${versions[2]})` } : outcome
  },
}
export default attack
