import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AgentEvent } from '@orchestra/contracts'
import { Turn } from './turn.ts'

const asks = (tool: string) => tool === 'ask'
const turnAt = (path: string) => new Turn(path, asks)

const at = new Date().toISOString()
const prompt: AgentEvent = { type: 'prompt', at, text: 'x', messages: [] }
const started = { type: 'tool.started', at, call: 'c1', tool: 'Bash', input: { command: 'npm test\nmore' } } as const
const finished = { ...started, type: 'tool.finished', output: '', ok: true } as const
const ended = { type: 'turn.ended', at, text: '' } as const

let path: string
beforeEach(() => { path = join(mkdtempSync(join(tmpdir(), 'turn-')), 'state/turn') })
afterEach(() => rmSync(dirname(dirname(path)), { recursive: true, force: true }))
const turnOf = (...events: AgentEvent[]): Turn => {
  const turn = turnAt(path)
  for (const e of events) turn.event(e)
  return turn
}

it('a turn that was open when the container ended was cut off, and says what was under way', () => {
  turnOf(prompt, started)
  const next = turnAt(path)
  expect(next.wasCutOff).toBe(true)
  expect(next.words()).toContain('Under way: Bash: npm test.')
})

it('a finished call is not named, an ended turn was not cut off', () => {
  turnOf(prompt, started, finished)
  expect(turnAt(path).words()).not.toContain('Under way')
  turnOf(prompt, started, finished, ended)
  expect(turnAt(path).words()).toBeNull()
})

it('stays cut off through idle moments and starts until the model has heard of it', () => {
  turnOf(prompt)
  turnAt(path).idle(new Date())
  const next = turnAt(path)
  expect(next.wasCutOff).toBe(true)
  next.event(prompt)
  expect(next.wasCutOff).toBe(false)
  next.event(ended)
  expect(turnAt(path).wasCutOff).toBe(false)
})

it('an idle moment before its prompt is none of its own, one after it ends it', () => {
  const before = new Date(Date.parse(at) - 1)
  const turn = turnOf(prompt)
  turn.idle(before)
  expect(turnAt(path).wasCutOff).toBe(true)
  turn.idle(new Date(at))
  expect(turnAt(path).wasCutOff).toBe(false)
})

it('one that waited for an answer does not go on without it, and is told that its question stands', () => {
  const ask = { ...started, tool: 'ask', input: { question: 'Which way?' } }
  turnOf(prompt, ask)
  expect(turnAt(path).goesOn(true)).toBe(false)
  expect(turnAt(path).words()).toContain('do not ask it again')
  turnOf(prompt, ask, { ...ask, type: 'tool.finished', output: '', ok: true }, started)
  expect(turnAt(path).goesOn(false)).toBe(true)
  expect(turnAt(path).words()).not.toContain('ask it again')
})

it('a crash of the CLI alone cuts its turn off, too', () => {
  const turn = turnOf(prompt)
  expect(turn.wasCutOff).toBe(false)
  turn.cutShort()
  expect(turn.wasCutOff).toBe(true)
  const idle = turnAt(join(path, '../other'))
  idle.cutShort()
  expect(idle.wasCutOff).toBe(false)
})

it('a record that was broken still says that a turn was open', () => {
  turnOf(prompt)
  writeFileSync(path, '{"do')
  expect(turnAt(path).wasCutOff).toBe(true)
  expect([turnAt(path).goesOn(true), turnAt(path).goesOn(false)]).toEqual([true, false])
})
