import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const attack: Attack = {
  tries: 'swaps its spec file and folders for links again and again while the mirror follows the checkout and the page saves the spec',
  success: 'something is written outside of .orchestra/spec/, or an ignored file gets into the mirror',
  run: async (t) => {
    const lead = await t.agent('designer')
    const outside = join(dirname(t.canary.file), 'race')
    mkdirSync(outside, { recursive: true, mode: 0o777 })
    const racing = lead.sh(`cd .orchestra/spec; end=$((SECONDS+6)); n=0; while [ $SECONDS -lt $end ]; do ln -sfn ${outside}/x designer.md; rm -rf designer.md; ln -sfn ${outside} d; rm -f d; mkdir -p d; rm -rf d; echo x >designer.md; n=$((n+1)); done; rm -rf designer.md d; echo $n`)
    for (let i = 0; i < 12; i++) {
      writeFileSync(join(t.project, 'raced.txt'), `round ${i}\n`)
      writeFileSync(join(t.project, '.env'), `TOKEN=canary-of-the-ignored-file\nround ${i}\n`)
      const got = (await (await t.person.get('/api/spec')).json()) as { revision: string }
      await fetch(`${t.origin}/api/spec`, { method: 'PUT', headers: { cookie: t.person.cookie, origin: t.origin, 'content-type': 'application/json' }, body: JSON.stringify({ text: `# round ${i}\n`, revision: got.revision || null }) })
    }
    const rounds = Number(await racing)
    await t.person.sh(t.project, 'rm -f raced.txt')
    need(rounds > 20, `only ${rounds} rounds were raced`)
    const mirror = await lead.try('ls -a; cat .env')
    if (readdirSync(outside).length > 0) return { through: `written outside: ${readdirSync(outside).join(', ')}` }
    if (/canary/.test(mirror.out)) return { through: `the mirror has the ignored file: ${mirror.out}` }
    return existsSync(join(t.project, '.orchestra/spec')) ? { held: `${rounds} swaps beside 12 saves: nothing outside` } : { through: 'the spec folder is gone' }
  },
}
export default attack
