import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { commit } from './_work.ts'

const attack: Attack = {
  tries: 'puts links to the project\'s .git, to a folder of the person and to /etc where files of the repository were, committed and not',
  success: 'the page shows a file behind a link, or something is written through one',
  run: async (t) => {
    const evil = await t.agent('linker')
    const outside = join(dirname(t.canary.file), 'outside')
    mkdirSync(outside, { recursive: true, mode: 0o777 })
    writeFileSync(join(outside, 'guide.txt'), 'canary-behind-the-link\n')
    await evil.sh(`rm -rf docs src; ln -s ${outside} docs; ln -s ${t.project}/.git src; ln -sfn /etc/passwd README.md; ln -s ${t.project}/.env env; ln -s /proc/self/environ environ; ln -s ../../../../../../etc up; ln -s . loop`)
    await commit(evil, 'links')
    const pushed = await evil.push()
    need(pushed.accepted, `the commit with links was not taken: ${JSON.stringify(pushed)}`)
    await evil.push('snapshot')
    await evil.sh('git checkout -q refs/orchestra/base -- docs src README.md && echo changed >docs/guide.txt && echo new >docs/new.txt')
    await evil.sh(`rm -rf docs && ln -s ${outside} docs`)
    const diff = await (await t.person.get(`/api/sessions/${evil.session}/diff?context=100`)).text()
    await t.person.everyday(evil.worktree, evil.branch)
    const badges = (await t.person.state()).sessions.find((s) => s.id === evil.session)?.badges ?? []
    const there = readdirSync(outside)
    if (there.join() !== 'guide.txt') return { through: `written through a link: ${there.join(', ')}` }
    for (const secret of ['canary-behind-the-link', 'canary-of-the-ignored-file', 'root:x:0', 'DATABASE_HOST']) if (diff.includes(secret)) return { through: `the diff shows ${secret}` }
    return badges.includes('symlink') ? { held: 'links are shown as links and flagged; nothing was read or written through one' } : { through: `links are not flagged: ${badges.join(', ')}` }
  },
}
export default attack
