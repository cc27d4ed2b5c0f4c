import { expect, it } from 'vitest'
import { diskState, keptMb, worstOf } from './disk.ts'

const disk = (freeMb: number, totalMb = 100_000) => ({ what: 'the worktrees', freeMb, totalMb })

it('warns well before it pauses, and pauses while something is left', () => {
  expect([5000, 3000, 1024, 1023, 0].map((free) => diskState(disk(free)))).toEqual(['ok', 'low', 'low', 'full', 'full'])
})
it('keeps a tenth of a small disk', () => {
  expect(keptMb(disk(0, 1400))).toBe(140)
  expect([500, 300, 60].map((free) => diskState(disk(free, 1400)))).toEqual(['ok', 'low', 'full'])
})
it('goes by the fullest of the disks', () => {
  expect(worstOf([disk(50_000), disk(2000), disk(500)])).toEqual({ state: 'full', disk: disk(500) })
  expect(worstOf([disk(50_000)])).toEqual({ state: 'ok', disk: null })
})
