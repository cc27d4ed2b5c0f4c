import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeUsageMeter } from './usage.ts'

const stream = [
  { type: 'message_start', message: { model: 'm-1', usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 1 } } },
  { type: 'content_block_delta', delta: { text: '"usage": none of it' } },
  { type: 'message_delta', usage: { output_tokens: 42 } },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const counted = { input: 10, output: 42, cacheRead: 5, cacheWrite: 2 }

test('a stream in any pieces', async () => {
  const meter = makeUsageMeter('text/event-stream; charset=utf-8', '')
  for (const byte of Buffer.from(stream)) meter.push(Buffer.from([byte]))
  await meter.end()
  expect([meter.tokens(), meter.model()]).toEqual([counted, 'm-1'])
})
test('a compressed stream, and one that is cut off', async () => {
  const whole = makeUsageMeter('text/event-stream', 'gzip')
  const bytes = gzipSync(stream)
  whole.push(bytes)
  await whole.end()
  expect(whole.tokens()).toEqual(counted)
  const cut = makeUsageMeter('text/event-stream', 'gzip')
  cut.push(bytes.subarray(0, 20))
  await cut.end()
  expect(cut.tokens().output).toBe(0)
})
test('a whole reply', async () => {
  const meter = makeUsageMeter('application/json', '')
  meter.push(Buffer.from(JSON.stringify({ type: 'message', model: 'm-2', usage: { input_tokens: 3, output_tokens: 4 } })))
  await meter.end()
  expect([meter.tokens(), meter.model()]).toEqual([{ input: 3, output: 4, cacheRead: 0, cacheWrite: 0 }, 'm-2'])
})
test('an answer that is hung up on counts as far as it came', async () => {
  const [start = '', piece = ''] = stream.split('\n\n')
  const meter = makeUsageMeter('text/event-stream', '')
  meter.push(Buffer.from(`${start}\n\n${`${piece.replace(/"text":".*"/, `"text":"${'x'.repeat(400)}"`)}\n\n`.repeat(10)}`))
  await meter.end()
  expect(meter.tokens()).toMatchObject({ input: 10, cacheWrite: 2 })
  expect(meter.tokens().output).toBeGreaterThan(900)
})
