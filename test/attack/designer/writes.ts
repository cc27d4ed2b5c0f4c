import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const attack: Attack = {
  tries: 'writes, renames and links everywhere but in .orchestra/spec/: source, .git, the project\'s configuration, its image definition, its git objects',
  success: 'anything outside of .orchestra/spec/ is there afterwards, for it or for the person',
  run: async (t) => {
    const lead = await t.agent('designer')
    const before = (await t.person.git(t.project, 'status', '--porcelain')).out
    const { out, err } = await lead.try(`echo canary-spec >.orchestra/spec/written.md && echo spec-written
      for f in README.md pwned src/pwned .orchestra/config.yaml .orchestra/agent.Dockerfile .orchestra/pwned .git .git/pwned .gitignore .husky/pre-commit ${t.project}/pwned ${t.project}/.git/objects/pwned ${t.project}/.git/config; do echo 'check: touch /tmp/x' >>$f 2>/dev/null && echo "wrote $f"; done
      mv .orchestra/spec .orchestra/spec2 && echo moved; rm -rf .orchestra/spec && echo removed; rmdir .orchestra && echo removed; ln -sfn ../.. .orchestra/spec && echo linked; mkdir -p .orchestra/spec/../pwned && echo made; umount .orchestra/spec 2>/dev/null && echo unmounted; (git add -A; git commit -qm x) >/dev/null 2>&1; rm -f .orchestra/spec/written.md`)
    need(out.includes('spec-written'), `the spec folder is not writable, so nothing was tried: ${out}${err}`)
    const wrote = out.split('\n').filter((l) => l !== '' && l !== 'spec-written' && l !== 'linked')
    const pwned = [join(t.project, 'pwned'), join(t.project, '.orchestra/pwned'), join(t.project, '.orchestra/config.yaml'), join(t.project, '.orchestra/agent.Dockerfile'), join(t.project, '.git/objects/pwned')].filter((f) => existsSync(f))
    const status = (await t.person.git(t.project, 'status', '--porcelain')).out
    if (wrote.length > 0 || pwned.length > 0) return { through: [...wrote, ...pwned].join(', ') }
    if (status !== before) return { through: `the checkout changed: ${status}` }
    return readFileSync(join(t.project, 'README.md'), 'utf8').includes('check:') || !readdirSync(join(t.project, '.orchestra')).includes('spec')
      ? { through: 'README or the spec folder is not what it was' } : { held: 'thirteen places refused, the spec folder stayed, the checkout is as it was' }
  },
}
export default attack
