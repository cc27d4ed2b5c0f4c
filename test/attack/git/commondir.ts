import type { Attack } from '../frame/attack.ts'
import { live, plant } from './_work.ts'

const attack: Attack = {
  tries: 'leads git to a configuration of its own by commondir, config.worktree and a gitdir of its own in the work tree',
  success: 'the program named there runs on the host',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    await evil.sh(`mkdir -p fake/refs fake/objects fake/hooks; printf 'ref: refs/heads/main\\n' >fake/HEAD; printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = ${program}\\n\\thooksPath = ${evil.worktree}/fake/hooks\\n' >fake/config
      cp evil.sh fake/hooks/post-checkout; printf '[core]\\n\\tfsmonitor = ${program}\\n' >$GITDIR/config.worktree; git config extensions.worktreeConfig true`)
    const outcome = live(t, evil, 'a gitdir in the tree')
    await outcome
    await evil.try(`cp $GITDIR/commondir /tmp/commondir; echo '${evil.worktree}/fake' >$GITDIR/commondir`)
    await t.person.everyday(evil.worktree, evil.branch)
    await evil.try(`if test -e /tmp/commondir; then cp /tmp/commondir $GITDIR/commondir; else rm -f $GITDIR/commondir; fi; rm -rf fake`)
    await evil.clean()
    return outcome
  },
}
export default attack
