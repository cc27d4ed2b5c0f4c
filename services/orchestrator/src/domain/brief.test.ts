import { expect, it } from 'vitest'
import { briefOf, isBrief } from './brief.ts'
import { session, sha } from './fixture.ts'

const facts = { session: session({ instructions: 'Add a limiter.' }), base: sha('abc'), behind: 0, lacks: [], spec: null, setupCommand: null, checkCommand: null }

it('says where the executor stands', () => {
  const text = briefOf({ ...facts, behind: 2, lacks: ['src/a.ts'], checkCommand: 'npm test', spec: '# Limits' })
  for (const part of ['branch auth', 'commit abcabcabcabc', '2 commits behind main', '- src/a.ts', '`npm test` has to pass', '# Limits', 'Add a limiter.', 'Orchestra-Session: auth']) expect(text).toContain(part)
  expect(isBrief(text)).toBe(true)
})
it('leaves out what does not apply', () => {
  const text = briefOf(facts)
  expect(text).toContain('all that main has now')
  for (const part of ['Not in your worktree', 'Submodules', 'The spec', 'setup command']) expect(text).not.toContain(part)
})
it('bounds long lists and a long spec', () => {
  const text = briefOf({ ...facts, lacks: Array.from({ length: 900 }, (_, i) => `f${i}`), spec: 'x'.repeat(500_000) })
  expect(text.length).toBeLessThan(24_000)
  expect(text).toContain('and 860 more')
})
