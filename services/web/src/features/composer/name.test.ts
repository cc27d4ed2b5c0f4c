import { expect, test } from 'vitest'
import { nameFrom } from './name.ts'

test('a name from a task', () => {
  expect(nameFrom('Add rate limiting to all API endpoints\nwith tests')).toBe('add-rate-limiting-to')
  expect(nameFrom('Éviter les doublons!')).toBe('eviter-les-doublons')
  expect(nameFrom('日本語')).toBe('')
})
