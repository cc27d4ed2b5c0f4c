import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const attack: Attack = {
  tries: 'puts links, a fifo, a folder and a huge file where designer.md is, while the person reads and saves the spec in the page',
  success: 'the page shows a file behind the link, saving writes through it, or the server hangs or fails',
  run: async (t) => {
    const lead = await t.agent('designer')
    const outside = join(dirname(t.canary.file), 'spec')
    mkdirSync(outside, { recursive: true, mode: 0o777 })
    const secret = join(outside, 'secret')
    writeFileSync(secret, 'canary-behind-the-spec\n')
    const config = readFileSync(join(t.project, '.git/config'), 'utf8')
    const seen: string[] = []
    const save = (text: string, revision: string | null) => fetch(`${t.origin}/api/spec`, { method: 'PUT', headers: { cookie: t.person.cookie, origin: t.origin, 'content-type': 'application/json' }, body: JSON.stringify({ text, revision }), signal: AbortSignal.timeout(20_000) })
    const cases = [`ln -s ../../.git/config designer.md`, `ln -s ${secret} designer.md`, `ln -s ../../.env designer.md`, 'ln -s /proc/self/environ designer.md', 'mkfifo designer.md', 'mkdir designer.md', 'head -c 30000000 /dev/zero >designer.md', 'ln -s designer.md designer.md']
    for (const c of cases) {
      await lead.sh(`cd .orchestra/spec && rm -rf designer.md && ${c}`)
      const got = await fetch(`${t.origin}/api/spec`, { headers: { cookie: t.person.cookie }, signal: AbortSignal.timeout(20_000) })
      const text = await got.text()
      seen.push(`${got.status}`)
      if (/canary|hookspath|DATABASE_HOST/i.test(text)) return { through: `${c}: the page shows ${text.slice(0, 200)}` }
      const saved = await save(`# by hand ${seen.length}\n`, (JSON.parse(text) as { revision?: string }).revision || null)
      seen.push(`${saved.status}`)
      const failed = [got.status, saved.status].find((status) => status >= 500)
      if (failed !== undefined) return { through: `${c}: the server failed with ${failed}` }
    }
    await lead.sh('cd .orchestra/spec && rm -rf designer.md')
    need(seen.some((s) => s === '200'), `the spec could not be read or saved at all: ${seen.join()}`)
    if (readFileSync(secret, 'utf8') !== 'canary-behind-the-spec\n') return { through: 'a file of the person was written through the link' }
    if (readFileSync(join(t.project, '.git/config'), 'utf8') !== config) return { through: '.git/config was written through the link' }
    return existsSync(join(outside, 'designer.md')) ? { through: 'a file appeared outside' } : { held: `${cases.length} stand-ins for designer.md: nothing shown, nothing written through, every request answered (${[...new Set(seen)].join(', ')})` }
  },
}
export default attack
