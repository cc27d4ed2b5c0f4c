import { expect, test } from 'vitest'
import { makePolicy } from './policy.ts'

const policy = makePolicy('packages.example, *.mirror.example, build.example:8443, 10.0.0.5:8080')
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
  for (const host of ['evilpackages.example', 'packages.example.evil.example', 'mirror.example', 'notgithub.com', 'github.com.evil.example', 'evilmirror.example']) expect(judge(host).allowed).toBe(false)
  expect(judge('build.example').allowed).toBe(false)
  expect(judge('packages.example', 25).allowed).toBe(false)
})
test('open allows every name but exempts none', () => {
  expect(makePolicy('*').judge('anything.example', 443, true)).toEqual({ allowed: true, exempt: false })
})
test('a rule that is none is an error at start', () => expect(() => makePolicy('http://x/')).toThrow(/no host/))
