import { expect, test } from 'vitest'
import { tokenIn } from './signin.ts'

test('the token of a sign-in address', () => {
  expect(tokenIn('#token=abc-_123')).toBe('abc-_123')
  expect(tokenIn('token=abc')).toBe('abc')
  expect([tokenIn(''), tokenIn('#'), tokenIn('#other=1'), tokenIn(`#token=${'x'.repeat(501)}`)]).toEqual([null, null, null, null])
})
