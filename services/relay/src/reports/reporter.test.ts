import { ok } from '@orchestra/contracts'
import type { bus, SessionId } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import { makeReporter, type Report } from './reporter.ts'

const session = 'auth' as SessionId
const receipt: Report = { type: 'frame', frame: { type: 'receipt', messages: [], state: 'delivered', at: new Date().toISOString() } }
const make = (report: (r: bus.SessionReport) => Promise<bus.Reply>) => makeReporter(session, { report }, () => undefined, 1)

test('a report that fails unforeseen is tried again, and what comes after it waits', async () => {
  const seen: string[] = []
  let failures = 3
  const reporter = make(async (r) => {
    if (failures-- > 0) throw new Error('the reply can not be read')
    seen.push(r.type)
    return ok({})
  })
  const sent = [reporter.send(receipt), reporter.send({ type: 'link', up: true, at: new Date().toISOString() })]
  expect(await Promise.all(sent)).toEqual(['committed', 'committed'])
  expect(seen).toEqual(['frame', 'link'])
})

test('one that never gets through is not taken for refused, is told of, and holds nothing up', async () => {
  const seen: bus.SessionReport[] = []
  const reporter = make(async (r) => {
    if (r.type === 'frame' && r.frame.type === 'receipt') throw new Error('no')
    seen.push(r)
    return ok({})
  })
  const sent = [reporter.send(receipt), reporter.send({ type: 'link', up: true, at: new Date().toISOString() })]
  expect(await Promise.all(sent)).toEqual(['failed', 'committed'])
  await expect.poll(() => seen).toMatchObject([{ type: 'link' }, { type: 'frame', frame: { type: 'notice', text: expect.stringContaining('"receipt"') } }])
})

test('the notice of a failure that fails itself ends there', async () => {
  let tries = 0
  const reporter = make(async () => { tries += 1; throw new Error('no') })
  const sent = reporter.send(receipt)
  expect(await sent).toBe('failed')
  await expect.poll(() => tries).toBe(16)
  expect(reporter.waiting()).toBe(0)
})
