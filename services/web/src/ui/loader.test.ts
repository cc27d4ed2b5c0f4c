import { expect, test } from 'vitest'
import { ok, problem, fail, type Result } from '@orchestra/contracts'
import { createLoader } from './loader.ts'

/** A load that is answered by hand. */
const controlled = () => {
  const answers: ((r: Result<number>) => void)[] = []
  return { load: () => new Promise<Result<number>>((resolve) => answers.push(resolve)), answers }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('many requests while one runs lead to one more', async () => {
  const loader = createLoader<number>()
  const { load, answers } = controlled()
  for (let i = 0; i < 5; i++) loader.request(load)
  expect(answers).toHaveLength(1)
  answers[0]?.(ok(1))
  await settled()
  expect(answers).toHaveLength(2)
  answers[1]?.(ok(2))
  await settled()
  expect(loader.get()).toEqual({ value: 2, problem: null, loading: false })
  expect(answers).toHaveLength(2)
})

test('a failure keeps what was there', async () => {
  const loader = createLoader<number>()
  const wrong = problem('timed_out', 'too slow')
  loader.request(async () => ok(1))
  await settled()
  loader.request(async () => fail(wrong))
  await settled()
  expect(loader.get()).toEqual({ value: 1, problem: wrong, loading: false })
})
