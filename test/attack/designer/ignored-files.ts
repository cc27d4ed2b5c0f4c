import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const attack: Attack = {
  tries: 'reads files that git ignores (.env), the project\'s .git and the person\'s home, from the designer\'s container and through git objects',
  success: 'the content of an ignored file, or of .git/config, is seen',
  run: async (t) => {
    const lead = await t.agent('designer')
    writeFileSync(join(t.project, '.git/canary'), 'canary-in-the-gitdir')
    const { out } = await lead.try(`ls README.md; cat .env ../.env ${t.project}/.env ${t.project}/.git/canary ${t.project}/.git/config ${t.project}/.git/objects/../config ${t.project}/.git/objects/../../.env .git/canary 2>&1; grep -rs canary-of-the-ignored / --include=.env 2>/dev/null | head -3
      for o in $(git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' 2>/dev/null | grep blob | cut -d' ' -f1); do git cat-file -p $o | grep -a canary-of-the-ignored; done; cat /proc/1/root${t.project}/.env /proc/*/cwd/.env 2>/dev/null; ls -a ${t.project} 2>&1`, { deadlineMs: 90_000 })
    need(out.includes('README.md'), `the designer does not see the project at all: ${out}`)
    const seen = out.split('\n').filter((l) => /canary|hookspath/i.test(l) && !/No such|Permission|denied|Not a directory/i.test(l))
    return seen.length > 0 ? { through: seen.slice(0, 3).join('\n') } : { held: 'it sees README.md, and of what git ignores and of the gitdir nothing, by path or by object' }
  },
}
export default attack
