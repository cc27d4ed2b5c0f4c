import { expect, it } from 'vitest'
import { openCalls } from './calls.ts'

it('two calls that are the same are asked about in their order', () => {
  const calls = openCalls()
  calls.begun('a', 'Bash', { command: 'ls' })
  calls.begun('b', 'Bash', { command: 'ls' })
  calls.begun('c', 'Bash', { command: 'rm x' })
  expect([calls.asked('Bash', { command: 'rm x' }), calls.asked('Bash', { command: 'ls' }), calls.asked('Bash', { command: 'ls' })]).toEqual(['c', 'a', 'b'])
})

it('a call that ended, or that nobody saw begin, is not mistaken for another', () => {
  const calls = openCalls()
  calls.begun('a', 'Bash', { command: 'ls' })
  calls.ended('a')
  const ids = [calls.asked('Bash', { command: 'ls' }), calls.asked('Bash', { command: 'ls' })]
  expect(new Set([...ids, 'a']).size).toBe(3)
})
