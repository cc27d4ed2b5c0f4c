import type { AgentEvent } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import { readFrame, splitEvents } from './frames.ts'

const at = '2026-01-01T00:00:00Z'
const text = (length: number): AgentEvent => ({ type: 'text', at, text: 'x'.repeat(length) })

test('what fits stays one', () => {
  const frame = { type: 'events' as const, from: 7, events: [text(10), text(10)] }
  expect(splitEvents(frame, 1000)).toEqual([frame])
})
test('parts keep their numbers and their order', () => {
  const parts = splitEvents({ type: 'events', from: 7, events: [text(300), text(300), text(300)] }, 800)
  expect(parts.map((part) => [part.from, part.events.length])).toEqual([[7, 2], [9, 1]])
})
test('one that never fits becomes a notice in its place', () => {
  const [part] = splitEvents({ type: 'events', from: 1, events: [text(5000)] }, 800)
  expect(part?.events[0]).toMatchObject({ type: 'notice', at })
})
test('no events, no report', () => expect(splitEvents({ type: 'events', from: 1, events: [] }, 800)).toEqual([]))

test('an event that breaks its schema becomes a notice, the others are kept', () => {
  const frame = readFrame(JSON.stringify({ type: 'events', from: 3, events: [text(1), { type: 'text', at: 'yesterday', text: 1 }] }))
  expect(frame).toMatchObject({ ok: true, value: { from: 3, events: [{ type: 'text' }, { type: 'notice' }] } })
})
test('nonsense is data, not an exception', () => {
  expect(readFrame('{')).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  expect(readFrame('{"type":"root"}')).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
})
