import { expect, test } from 'vitest'
import { serial } from './serial.ts'

test('work never interleaves, and a failure is its caller\'s alone', async () => {
  const seen: string[] = []
  const inTurn = serial()
  const gate = Promise.withResolvers<void>()
  const first = inTurn(async () => { seen.push('first begins'); await gate.promise; seen.push('first ends') })
  const second = inTurn(async () => { seen.push('second'); throw new Error('no') })
  const third = inTurn(async () => { seen.push('third'); return 3 })
  gate.resolve()
  await first
  await expect(second).rejects.toThrow('no')
  expect(await third).toBe(3)
  expect(seen).toEqual(['first begins', 'first ends', 'second', 'third'])
})
