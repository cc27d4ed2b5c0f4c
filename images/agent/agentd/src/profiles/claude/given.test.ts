import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { givenIn, originOf } from './given.ts'

let dir: string
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'given-')) })
afterEach(() => rmSync(dir, { recursive: true, force: true }))
const user = (ids: string[]) => `${JSON.stringify({ type: 'user', message: { role: 'user', content: 'x' }, origin: { kind: 'peer', from: originOf(ids) } })}\n`

it('finds what began a turn and what came in the middle of one, as the file grows', async () => {
  const given = givenIn(dir)
  expect([...(await given('c'))]).toEqual([])
  const queued = `${JSON.stringify({ type: 'attachment', attachment: { type: 'queued_command', origin: { kind: 'peer', from: originOf(['c']) } } })}\n`
  appendFileSync(join(dir, 'c.jsonl'), `${user(['a', 'b'])}${queued.slice(0, 30)}`)
  expect([...(await given('c'))]).toEqual(['a', 'b'])
  appendFileSync(join(dir, 'c.jsonl'), queued.slice(30))
  expect([...(await given('c'))]).toEqual(['a', 'b', 'c'])
  expect([...(await givenIn(dir)(null))]).toEqual(['a', 'b', 'c'])
})

it('finds answers that calls were given: ours by their name, native ones by their call', async () => {
  const [ours, native, other] = [randomUUID(), randomUUID(), randomUUID()]
  const result = (tool_use_id: string, content: unknown, more: object = {}) => `${JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id, content }] }, ...more })}\n`
  appendFileSync(join(dir, 'c.jsonl'), result('a', [{ type: 'text', text: `Answer from owner: x\n(answer ${ours})` }]) + result('b', 'Answered.', { toolUseResult: { answers: { 'Which?': 'This' } } }) + result('d', `(answer ${other})`))
  expect([...(await givenIn(dir, (call) => (call === 'b' ? [native] : []))('c'))]).toEqual([ours, native])
})

it('is not fooled by what was only taken in, by words, or by a line that a death cut short', async () => {
  appendFileSync(join(dir, 'c.jsonl'), [
    JSON.stringify({ type: 'queue-operation', operation: 'enqueue', content: 'x', origin: { from: originOf(['a']) } }),
    JSON.stringify({ type: 'user', message: { role: 'user', content: `"from":"${originOf(['b'])}"` } }),
    user(['c']).slice(0, 60),
  ].join('\n'))
  expect([...(await givenIn(dir)('c'))]).toEqual([])
})
