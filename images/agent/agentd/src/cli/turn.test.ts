import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AgentEvent } from '@orchestra/contracts'
import { Turn } from './turn.ts'

const at = new Date().toISOString()
const prompt: AgentEvent = { type: 'prompt', at, text: 'x', messages: [] }
const started = { type: 'tool.started', at, call: 'c1', tool: 'Bash', input: { command: 'npm test\nmore' } } as const
const finished = { ...started, type: 'tool.finished', output: '', ok: true } as const
const ended = { type: 'turn.ended', at, text: '' } as const

let path: string
beforeEach(() => { path = join(mkdtempSync(join(tmpdir(), 'turn-')), 'state/turn') })
afterEach(() => rmSync(dirname(dirname(path)), { recursive: true, force: true }))
const turnOf = (...events: AgentEvent[]): Turn => {
  const turn = new Turn(path)
  for (const e of events) turn.event(e)
  return turn
}

it('a turn that was open when the container ended was cut off, and says what was under way', () => {
  turnOf(prompt, started)
  const next = new Turn(path)
  expect(next.wasCutOff).toBe(true)
  expect(next.words()).toContain('Under way: Bash: npm test.')
})

it('a finished call is not named, an ended turn was not cut off', () => {
  turnOf(prompt, started, finished)
  expect(new Turn(path).words()).not.toContain('Under way')
  turnOf(prompt, started, finished, ended)
  expect(new Turn(path).words()).toBeNull()
})

it('stays cut off through idle moments and starts until the model has heard of it', () => {
  turnOf(prompt)
  new Turn(path).over()
  const next = new Turn(path)
  expect(next.wasCutOff).toBe(true)
  next.event(prompt)
  expect(next.wasCutOff).toBe(false)
  next.event(ended)
  expect(new Turn(path).wasCutOff).toBe(false)
})

it('a crash of the CLI alone cuts its turn off, too', () => {
  const turn = turnOf(prompt)
  expect(turn.wasCutOff).toBe(false)
  turn.cutShort()
  expect(turn.wasCutOff).toBe(true)
  const idle = new Turn(join(path, '../other'))
  idle.cutShort()
  expect(idle.wasCutOff).toBe(false)
})

it('a record that was broken still says that a turn was open', () => {
  turnOf(prompt)
  writeFileSync(path, '{"do')
  expect(new Turn(path).wasCutOff).toBe(true)
})
