import { expect, test } from 'vitest'
import { scaleFor } from './scale.ts'

test('it fits, is never enlarged, and stays readable', () => {
  expect(scaleFor(780, 390, false)).toBe(0.5)
  expect(scaleFor(300, 390, false)).toBe(1)
  expect(scaleFor(3000, 390, false)).toBe(0.45)
  expect(scaleFor(780, 390, true)).toBe(0.85)
  expect(scaleFor(0, 390, false)).toBe(1)
})
