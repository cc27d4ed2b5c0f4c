import { expect, test } from 'vitest'
import { makePolicy, unsaid } from './policy.ts'
import { parseRules } from './rules.ts'

const policy = makePolicy(parseRules('packages.example, *.mirror.example, build.example:8443, 10.0.0.5:8080'))
const judge = (host: string, port = 443, tls = true) => policy.judge(host, port, tls)

test('GitHub over https only', () => {
  expect(judge('github.com')).toEqual({ allowed: true, exempt: false })
  expect(judge('raw.githubusercontent.com').allowed).toBe(true)
  expect(judge('github.com', 22).allowed).toBe(false)
  expect(judge('github.com', 443, false).allowed).toBe(false)
  expect(judge('github.com', 80, false).allowed).toBe(false)
})
test('named hosts, whatever their writing', () => {
  expect(judge('PACKAGES.example.')).toEqual({ allowed: true, exempt: true })
  expect(judge('a.b.mirror.example', 80, false).allowed).toBe(true)
  expect(judge('build.example', 8443).allowed).toBe(true)
  expect(judge('10.0.0.5', 8080)).toEqual({ allowed: true, exempt: true })
})
test('near misses', () => {
  for (const host of ['evilpackages.example', 'packages.example.evil.example', 'mirror.example', 'notgithub.com', 'github.com.evil.example', 'evilmirror.example']) expect(judge(host)).toMatchObject({ allowed: false, cause: 'unlisted' })
  expect(judge('build.example').allowed).toBe(false)
  expect(judge('packages.example', 25).allowed).toBe(false)
})
test('an operator\'s star allows every name but exempts none', () => {
  expect(makePolicy(parseRules('*')).judge('anything.example', 443, true)).toEqual({ allowed: true, exempt: false })
})
test('a rule that is none is an error at start', () => expect(() => parseRules('http://x/')).toThrow(/no host/))

test('what the project allows and the tools name is reached, with no exemption for its address', () => {
  const said = makePolicy([], { ...unsaid, allow: ['docs.example', '*.cdn.example:8443'], registries: ['npm.example', 'pip.example:3141'] })
  for (const [host, port] of [['docs.example', 443], ['docs.example', 80], ['a.cdn.example', 8443], ['npm.example', 443], ['pip.example', 3141]] as const) expect(said.judge(host, port, true)).toEqual({ allowed: true, exempt: false })
  expect(said.judge('pip.example', 443, true)).toMatchObject({ allowed: false, cause: 'unlisted' })
})
test('closed reaches nothing, not even what the operator named', () => {
  const closed = makePolicy(parseRules('packages.example'), { mode: 'closed', allow: ['docs.example'], refuse: [], registries: ['npm.example'] })
  for (const host of ['packages.example', 'docs.example', 'npm.example', 'github.com']) expect(closed.judge(host, 443, true)).toMatchObject({ allowed: false, cause: 'closed' })
})
test('open reaches every port; a refused host is refused in it too', () => {
  const open = makePolicy([], { mode: 'open', allow: [], refuse: ['*.tracker.example'], registries: [] })
  expect(open.judge('db.example', 5432, true)).toEqual({ allowed: true, exempt: false })
  expect(open.judge('a.tracker.example', 443, true)).toMatchObject({ allowed: false, cause: 'refused' })
})
test('a change is told once, and counts at once', () => {
  const changing = makePolicy([])
  let told = 0
  const stop = changing.onChange(() => { told++ })
  changing.set({ ...unsaid, allow: ['docs.example'] })
  changing.set({ ...unsaid, allow: ['docs.example'] })
  expect(told).toBe(1)
  expect(changing.judge('docs.example', 443, true).allowed).toBe(true)
  stop()
  changing.set(unsaid)
  expect(told).toBe(1)
})
