import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AgentEvent } from '@orchestra/contracts'
import { Spool } from './spool.ts'

let dir: string
const event = (text: string): AgentEvent => ({ type: 'text', at: '2026-01-01T00:00:00Z', text })
const texts = (spool: Spool, after = 0) => spool.batch(after)?.events.map((e) => (e.type === 'text' || e.type === 'notice' ? e.text : ''))

beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'spool-')) })
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('keeps what is not acknowledged over a restart, with its numbers', () => {
  const first = new Spool(`${dir}/events`)
  for (const text of ['a', 'b', 'c']) first.add(event(text))
  first.acknowledge(1)
  const second = new Spool(`${dir}/events`)
  expect(second.batch(0)).toMatchObject({ from: 2 })
  expect(texts(second)).toEqual(['b', 'c'])
  second.acknowledge(3)
  const third = new Spool(`${dir}/events`)
  expect(third.batch(0)).toBeNull()
  third.add(event('d'))
  expect(third.batch(0)).toMatchObject({ from: 4 })
})

it('a line cut short by a kill is left out', () => {
  new Spool(`${dir}/events`).add(event('a'))
  appendFileSync(`${dir}/events`, '2 {"type":"te')
  const spool = new Spool(`${dir}/events`)
  expect(texts(spool)).toEqual(['a'])
})

it('when full, drops the oldest and says so; numbers in a batch have no hole', () => {
  const spool = new Spool(`${dir}/events`, 4000)
  for (let i = 0; i < 100; i++) spool.add(event(`${i} ${'x'.repeat(100)}`))
  const batch = spool.batch(0)
  expect(batch?.events[0]).toMatchObject({ type: 'notice' })
  expect((batch?.from ?? 0) + (batch?.events.length ?? 0) - 1).toBe(100)
  expect(texts(new Spool(`${dir}/events`))?.at(-1)).toMatch(/^99 /)
})

it('bounds a batch', () => {
  const spool = new Spool(`${dir}/events`)
  for (let i = 0; i < 250; i++) spool.add(event(String(i)))
  expect(spool.batch(0)?.events).toHaveLength(200)
  expect(spool.batch(200)).toMatchObject({ from: 201 })
  expect(spool.batch(200)?.events).toHaveLength(50)
})
