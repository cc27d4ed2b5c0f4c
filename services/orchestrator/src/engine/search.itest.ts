import type { SessionId } from '@orchestra/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const [auth, api] = ['auth', 'api'] as SessionId[] as [SessionId, SessionId]
let server: DatabaseServer
let t: EngineUnderTest
const at = () => new Date().toISOString()
const find = async (text: string, more: Partial<Parameters<typeof t.engine.search>[0]> = {}) => (await t.engine.search({ text, limit: 50, ...more })).hits

beforeAll(async () => {
  server = await startDatabase()
  t = await startEngine(await server.create())
  for (const name of [auth, api]) await t.engine.dispatch('session.spawn', { name, instructions: 'x' }, { actor: owner })
  await t.engine.settled()
  for (const id of [auth, api]) await t.comesUp(id)
  await t.engine.dispatch('message.send', { to: auth, text: 'Use a token bucket, not a sliding window.', kind: 'note' }, { actor: owner })
  await t.engine.dispatch('message.send', { to: 'all', text: 'Größe der Schlüssel: 32 Byte.', kind: 'note' }, { actor: owner })
  const ran = (command: string, output: string, ok = true) => ({ type: 'tool.finished', at: at(), call: command, tool: 'Bash', input: { command }, output, ok }) as const
  await t.events(auth, 2, ran('npm test -- src/rate-limit.test.ts', 'FAIL bucket is empty', false), ran('ls', 'nothing'))
  await t.events(api, 2, ran('grep -r token src', 'src/token.ts'), { type: 'notice', at: at(), text: 'a%_b' }, { type: 'text', at: at(), text: 'Limiter written.' }, { type: 'turn.ended', at: at(), text: 'Limiter written.\n' })
})
afterAll(async () => { await t.stop(); await server.stop() })

test('finds messages and events by the beginnings of all words, newest first', async () => {
  expect((await find('token')).map((h) => [h.kind, h.session])).toEqual([['tool', 'api'], ['message', 'auth']])
  expect(await find('buck slid')).toMatchObject([{ kind: 'message', message: { text: expect.stringContaining('token bucket') } }])
  expect((await find('rate limit test')).map((h) => h.kind)).toEqual(['tool'])
  expect(await find('größe')).toMatchObject([{ message: { receivers: expect.any(Array) } }])
  expect(await find('ucket')).toEqual([])
  // The end of the turn repeats them.
  expect((await find('limiter')).map((h) => h.kind)).toEqual(['text'])
})
test('keeps to kinds and a session', async () => {
  expect((await find('token', { kinds: ['message'] })).map((h) => h.kind)).toEqual(['message'])
  expect((await find('token', { kinds: ['tool', 'error'] })).map((h) => h.kind)).toEqual(['tool'])
  expect((await find('token', { session: auth })).map((h) => h.session)).toEqual(['auth'])
})
test('operators and signs are only text', async () => {
  for (const q of ["' | 1", '!token', 'a & (b', '%', '\\', ':*', '<->']) expect(Array.isArray(await find(q))).toBe(true)
  expect((await find("token | zzz")).length).toBe(0)
})
test('pages of everything hold everything once', async () => {
  const all = (await find('', { limit: 200 })).map((h) => `${h.message ? 'm' : 'e'}${h.seq}`)
  const seen: string[] = []
  let before: string | undefined
  do {
    const page = await t.engine.search({ text: '', limit: 3, before })
    expect(page.hits.length).toBeLessThanOrEqual(3)
    seen.push(...page.hits.map((h) => `${h.message ? 'm' : 'e'}${h.seq}`))
    before = page.next ?? undefined
  } while (before !== undefined && seen.length < 200)
  expect(new Set(seen).size).toBe(seen.length)
  expect(all.filter((one) => !seen.includes(one))).toEqual([])
})
