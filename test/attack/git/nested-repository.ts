import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { commit, plant, rejected } from './_work.ts'

const attack: Attack = {
  tries: 'leaves repositories with programs in their configuration inside the worktree, as untracked folders and as a gitlink in a commit',
  success: 'one of the programs runs as the person looks around with git, the gitlink is imported, or nobody is told',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    await evil.sh(`for d in docs/nested 'deep/a b/nested'; do mkdir -p "$d"; git init -q "$d"; (cd "$d"; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x; git config core.fsmonitor ${program}; git config core.hooksPath ${evil.worktree}; git config diff.external ${program}); done`)
    for (const args of [['status'], ['status', '-uall'], ['diff'], ['diff', 'HEAD'], ['log', '-p', '-2'], ['stash', 'list'], ['checkout', '-q', '--detach'], ['commit', '--allow-empty', '-qm', 'by hand'], ['checkout', '-q', evil.branch], ['checkout', '-q', '--', '.'], ['grep', 'one'], ['ls-files', '-o'], ['clean', '-nd']]) await t.person.git(evil.worktree, ...args)
    await commit(evil, 'a repository in the repository')
    const links = await evil.sh('git ls-tree -r HEAD | grep -c "^160000" || true')
    need(Number(links) > 1, 'the commit holds no new gitlink')
    const through = rejected('the gitlink', await evil.push())
    if (through !== null) return through
    await untilHolds(30_000, async () => ((await t.person.state()).sessions.find((s) => s.id === evil.session)?.badges ?? []).includes('nested repository') ? null : 'no badge "nested repository"')
    await evil.try('git reset -q --soft HEAD~1; rm -rf docs/nested deep; git reset -q')
    await evil.clean()
    return { held: 'the gitlink was refused, the session has the badge, twelve git commands ran nothing' }
  },
}
export default attack
