/** The bus goes away with an agent's call in its hands. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { overSocket } from '../harness/relay.ts'
import { sessionId, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
const executor = sessionId('auth')

beforeAll(async () => {
  stack = await startStack()
  await stack.bus.openSession(executor, 'executor')
})
afterAll(() => stack.stop())

const complete = async (summary: string) => {
  const reply = await overSocket(stack.socket(executor), '/mcp', {
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'complete', arguments: { summary, tested: 'looked', assumed: '' } } }),
  })
  return reply.body
}

const relayIsUp = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${stack.relay.port}/health`)).ok

test('a call that was made while the bus is away is answered when it is back', async () => {
  await stack.nats.crash()
  await expect.poll(relayIsUp).toBe(false)
  const pending = complete('while it is away')
  await stack.nats.restart()
  expect(await pending).toContain('complete by auth')
}, 40_000)

test('a call whose reply went down with the bus is made again, with its id', async () => {
  const first = Promise.withResolvers<void>()
  stack.calls.length = 0
  stack.answer.call = async (call) => {
    if (stack.calls.length === 1) {
      await stack.nats.crash()
      first.resolve()
    }
    return { ok: true, value: { text: `${call.tool} by ${call.session}` } }
  }
  const pending = complete('cut off')
  await first.promise
  await stack.nats.restart()
  expect(await pending).toContain('complete by auth')
  expect(stack.calls.map((call) => call.id)).toEqual([stack.calls[0]?.id, stack.calls[0]?.id])
}, 40_000)
