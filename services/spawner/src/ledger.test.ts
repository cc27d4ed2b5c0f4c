import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openLedger } from './ledger.ts'

const id = 'a'.repeat(64)

it('remembers over a restart what was announced and what was recorded', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const first = openLedger(dir)
  first.announce('made')
  first.announce('cut-off')
  first.record('made', id)
  const next = openLedger(dir)
  expect(next.idOf('made')).toBe(id)
  expect(next.announced()).toEqual(['cut-off'])
  next.forget('cut-off')
  next.forget('made')
  expect(openLedger(dir).announced()).toEqual([])
  expect(openLedger(dir).idOf('made')).toBeNull()
})
