import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const attack: Attack = {
  tries: "rewrites its branch after the person committed on it, so that the person's commit is no longer part of it: amended, reset to an older commit, and a history without any in common",
  success: "the person's commit is no longer on the branch, or is kept by no ref",
  run: async (t) => {
    const evil = await t.agent('rewriter')
    await evil.sh('echo one >mine.txt; git add -A; git commit -q --allow-empty -m one')
    const first = await evil.push()
    need(first.accepted, `its own commit was not taken: ${first.reason}`)
    const made = await t.person.sh(evil.worktree, 'git commit -q --allow-empty -m "by the person" && git rev-parse HEAD')
    const theirs = made.out.trim()
    need(made.code === 0 && /^[0-9a-f]{40}$/.test(theirs), `the person could not commit: ${made.err}`)
    const said: string[] = []
    for (const [how, script] of [
      ['amended', 'git commit -q --amend --allow-empty -m "mine alone"'], ['reset', 'git reset -q --hard refs/orchestra/base; git commit -q --allow-empty -m shorter'],
      ['unrelated', 'c=$(git commit-tree -m unrelated HEAD^{tree}); git reset -q --hard $c'],
    ] as const) {
      await evil.sh(`${script}; git rev-parse HEAD`)
      const push = await evil.push()
      said.push(`${how}: ${push.accepted ? 'taken' : `not taken (${push.reason.slice(0, 60)})`}`)
      const on = await t.person.git(t.project, 'merge-base', '--is-ancestor', theirs, evil.branch)
      if (on.code !== 0) {
        const kept = (await t.person.git(t.project, 'for-each-ref', '--contains', theirs, '--format=%(refname)')).out.trim()
        return { through: `${how}: the branch no longer has the person's commit; ${kept === '' ? 'no ref keeps it' : `kept by ${kept}`}` }
      }
    }
    return { held: `${said.join('; ')}; the person's commit is on the branch all the while` }
  },
}
export default attack
