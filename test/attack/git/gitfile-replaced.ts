import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { live, plant } from './_work.ts'

const attack: Attack = {
  tries: 'removes, renames, overwrites, links and covers /workspace/.git, to put a repository of its own there',
  success: 'the worktree\'s .git on the host is another one, or a program named by the agent\'s runs',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    const gitfile = join(evil.worktree, '.git')
    const before = `${lstatSync(gitfile).ino} ${readFileSync(gitfile, 'utf8')}`
    const tried = await evil.try(`mkdir -p own; git init -q own; git -C own config core.fsmonitor ${program}; git -C own config core.worktree ${evil.worktree}
      rm -rf .git; mv .git away; mv own/.git .git; mv -T own/.git .git; echo 'gitdir: ${evil.worktree}/own/.git' >.git; ln -sfn own/.git .git; cp own/.git/config .git/config; truncate -s 0 .git; chmod 777 .git; chown 1000 .git; umount .git; mount --bind own/.git .git; unshare -rm true
      mv /workspace /workspace2; rm -rf /workspace; python3 -c "import os; os.rename('/workspace/own/.git', '/workspace/.git')"; git worktree repair; git init --separate-git-dir=own2 .`)
    await plant(t, evil)
    const after = `${lstatSync(gitfile).ino} ${readFileSync(gitfile, 'utf8')}`
    if (after !== before) return { through: `.git was ${before} and is ${after}` }
    const outcome = await live(t, evil, 'gitfile')
    return 'held' in outcome ? { held: `${tried.err.split('\n').filter((l) => /busy|Read-only|denied|permitted/i.test(l)).length} ways refused; ${outcome.held}` } : outcome
  },
}
export default attack
