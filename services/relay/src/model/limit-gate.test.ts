import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionId } from '@orchestra/contracts'
import type { Credential } from '../credential/store.ts'
import { makeLimitGate } from './limit-gate.ts'

const key = (secret: string): Credential => ({ kind: 'api-key', secret, baseUrl: 'http://model', lastCheck: null })
const never = new AbortController().signal
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
let dir: string
let stored: Credential
const opened: string[] = []
const make = () => makeLimitGate(dir, { current: () => Promise.resolve(stored) }, () => undefined, 1000)

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'limit-'))
  stored = key('one')
  opened.length = 0
  vi.useFakeTimers()
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(dir, { recursive: true, force: true })
})
const withFleet = async () => {
  const gate = await make()
  for (const [id, role] of [['auth', 'executor'], ['designer', 'designer'], ['api', 'executor']] as const) gate.join(id as SessionId, role, () => opened.push(id))
  return gate
}
const auth = 'auth' as SessionId

test('what one session was told holds all; at the reset they go on one by one, the designer first', async () => {
  const gate = await withFleet()
  expect(await gate.enter(auth, key('one'), never)).toBe(null)
  gate.hit(key('one'), inMs(3_600_000), 'limit')
  expect(gate.holds('api' as SessionId)).toBe(true)
  expect(await gate.enter(auth, key('one'), never)).toMatchObject({ text: 'limit' })
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect([opened, gate.current()]).toEqual([['designer'], null])
  expect(gate.holds(auth)).toBe(true)
  await vi.advanceTimersByTimeAsync(1000)
  expect(opened).toEqual(['designer', 'auth'])
  expect(await gate.enter(auth, key('one'), never)).toBe(null)
  await gate.stop()
})

test('a reset that is near is waited for with the request in hand', async () => {
  const gate = await withFleet()
  gate.hit(key('one'), inMs(5000), 'slow down')
  let entered: unknown = 'waiting'
  void gate.enter(auth, key('one'), never).then((said) => { entered = said })
  await vi.advanceTimersByTimeAsync(4900)
  expect(entered).toBe('waiting')
  await vi.advanceTimersByTimeAsync(3000)
  expect(entered).toBe(null)
  await gate.stop()
})

test('another credential is used at once', async () => {
  const gate = await withFleet()
  gate.hit(key('one'), inMs(3_600_000), 'limit')
  expect(await gate.enter(auth, key('two'), never)).toBe(null)
  stored = key('two')
  await vi.advanceTimersByTimeAsync(8000)
  expect(opened).toEqual(['designer', 'auth', 'api'])
  await gate.stop()
})

test('without a named reset each refusal in a row holds longer', async () => {
  const gate = await withFleet()
  const seconds = () => (Date.parse(gate.hit(key('one'), null, 'busy')) - Date.now()) / 1000
  expect(seconds()).toBe(5)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(seconds()).toBe(10)
  gate.passed()
  await vi.advanceTimersByTimeAsync(90_000)
  expect(seconds()).toBe(5)
  await gate.stop()
})

test('a relay that starts again still holds', async () => {
  const gate = await withFleet()
  gate.hit(key('one'), inMs(3_600_000), 'limit')
  await gate.stop()
  vi.useRealTimers()
  await expect.poll(async () => { const again = await make(); const now = again.current(); await again.stop(); return now }).toMatchObject({ text: 'limit' })
})
