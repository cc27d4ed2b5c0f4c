import { expect, test } from 'vitest'
import { chooseId, slugOf } from './naming.ts'

test.each([
  ['Rate limiting', 'rate-limiting'],
  ['  --Größe & Maße/v2--  ', 'grosse-masse-v2'],
  ['Éclair 🎉', 'eclair'],
  ['../../etc/passwd', 'etc-passwd'],
  ['a'.repeat(200), 'a'.repeat(36)],
  ['日本語', ''],
])('%s becomes %s', (title, slug) => expect(slugOf(title)).toBe(slug))

test('a taken or reserved name gets a number', () => {
  const taken = new Set(['auth', 'auth-2'])
  expect(chooseId('Auth', taken)).toEqual({ ok: true, value: 'auth-3' })
  expect(chooseId('Person', new Set())).toEqual({ ok: true, value: 'person-2' })
})

test('a name without letters or digits is refused', () => {
  expect(chooseId('🎉', new Set())).toMatchObject({ ok: false, problem: { code: 'name_unusable' } })
})
