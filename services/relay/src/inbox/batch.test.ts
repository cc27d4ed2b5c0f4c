import { expect, test } from 'vitest'
import { bounds } from '../bounds.ts'
import { batchSize } from './batch.ts'

test('nothing waits, nothing goes', () => expect(batchSize([])).toBe(0))
test('small ones go together', () => expect(batchSize(['a', 'b', 'c'])).toBe(3))
test('one that is over the bound goes alone', () => expect(batchSize(['x'.repeat(bounds.batchText + 1), 'b'])).toBe(1))
test('the one that would pass the bound waits', () => expect(batchSize(['x'.repeat(bounds.batchText - 1), 'é', 'c'])).toBe(1))
test('never more messages than a frame takes', () => expect(batchSize(Array.from({ length: 500 }, () => 'a'))).toBe(bounds.batchMessages))
