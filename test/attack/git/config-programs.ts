import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const keys = [
  'core.fsmonitor', 'core.pager', 'core.editor', 'core.sshCommand', 'core.askPass', 'core.alternateRefsCommand', 'core.gitProxy', 'diff.external', 'credential.helper',
  'gpg.program', 'gpg.ssh.program', 'interactive.diffFilter', 'sequence.editor', 'uploadpack.packObjectsHook', 'filter.x.clean', 'filter.x.smudge', 'filter.x.process',
  'diff.x.textconv', 'diff.x.command', 'merge.x.driver', 'alias.status', 'alias.log', 'pager.log', 'pager.diff', 'hook.evil.command', 'trailer.x.command', 'man.x.cmd', 'browser.x.cmd',
]

const attack: Attack = {
  tries: 'names a program under every setting of its gitdir\'s configuration that git starts programs from, while the person uses git',
  success: 'the program runs on the host',
  run: async (t) => {
    const evil = await t.agent()
    await evil.sh(`cat >evil.sh <<'END'\n${t.canary.script}END\nchmod +x evil.sh; printf '* filter=x diff=x merge=x\\n' >.gitattributes
      for k in ${keys.join(' ')}; do git config "$k" "${evil.worktree}/evil.sh"; done
      git config log.showSignature true; git config commit.gpgSign true; git config core.pager "${evil.worktree}/evil.sh"; git config --add hook.evil.event pre-commit; git config --add hook.evil.event post-checkout
      git config include.path "${evil.worktree}/more.config"; printf '[core]\\n\\tfsmonitor = %s\\n' "${evil.worktree}/evil.sh" >more.config
      echo changed >>README.md`)
    await evil.sh('git -c core.fsmonitor= -c core.hooksPath=/dev/null -c commit.gpgSign=false -c filter.x.clean= -c filter.x.process= add -A; git -c core.fsmonitor= -c commit.gpgSign=false -c core.hooksPath=/dev/null -c filter.x.clean= -c filter.x.process= commit -qm "programs"')
    const pushed = await evil.push()
    need(pushed.accepted, `the commit with attributes was not taken: ${JSON.stringify(pushed)}`)
    const commands = await t.person.everyday(evil.worktree, evil.branch)
    await evil.clean()
    return { held: `the commit was imported, ${commands} git commands of the person ran nothing of it` }
  },
}
export default attack
