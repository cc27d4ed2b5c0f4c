import { expect, test } from 'vitest'
import { makeLanes } from './lanes.ts'

const gate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { open, opened }
}

test('one key keeps its order, other keys do not wait for it', async () => {
  const lanes = makeLanes(4, (error) => { throw error })
  const held = gate()
  const seen: string[] = []
  const other = gate()
  lanes.add('a', async () => { await held.opened; seen.push('a1') })
  lanes.add('a', async () => { seen.push('a2') })
  lanes.add('b', async () => { seen.push('b1'); other.open() })
  await other.opened
  expect(seen).toEqual(['b1'])
  held.open()
  await lanes.idle()
  expect(seen).toEqual(['b1', 'a1', 'a2'])
})

test('a task that throws is told and does not stop its lane', async () => {
  const told: unknown[] = []
  const lanes = makeLanes(1, (error) => told.push(error))
  const seen: string[] = []
  lanes.add('a', () => Promise.reject(new Error('no')))
  lanes.add('a', async () => { seen.push('next') })
  await lanes.idle()
  expect(told).toHaveLength(1)
  expect(seen).toEqual(['next'])
})

test('never more than its width at once', async () => {
  const lanes = makeLanes(2, (error) => { throw error })
  let now = 0
  let most = 0
  for (const key of ['a', 'b', 'c', 'd', 'e'])
    lanes.add(key, async () => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now -= 1
    })
  await lanes.idle()
  expect(most).toBe(2)
})
