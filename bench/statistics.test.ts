import { describe, expect, it } from 'vitest'
import { median, pairedRatios, quantile } from './statistics.ts'

describe('statistics', () => {
  it('interpolates between the two nearest', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([10, 20, 30], 0.25)).toBe(15)
    expect(median([7])).toBe(7)
  })
  it('refuses a figure without samples', () => {
    expect(() => median([])).toThrow('no values')
  })
  it('pairs each round with its own baseline', () => {
    expect(pairedRatios([10, 30], [10, 10])).toEqual([1, 3])
  })
})
