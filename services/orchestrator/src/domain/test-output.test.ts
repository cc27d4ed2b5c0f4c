import { expect, it } from 'vitest'
import { countsText, testCounts } from './test-output.ts'

const cases: [string, string, string][] = [
  ['vitest', ' Test Files  2 passed (2)\n      Tests  1 failed | 33 passed | 2 skipped (36)\n   Start at  10:00:00', '1 failed, 33 passed, 2 skipped'],
  ['vitest in colour', '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m34 passed\u001b[39m\u001b[22m (34)', '34 passed'],
  ['jest', 'Test Suites: 3 passed, 3 total\nTests:       1 failed, 33 passed, 34 total\nTime: 1 s', '1 failed, 33 passed'],
  ['node --test', 'ℹ tests 34\nℹ suites 0\nℹ pass 33\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0', '1 failed, 33 passed'],
  ['tap', 'ok 1 - a\n# tests 2\n# pass 2\n# fail 0', '2 passed'],
  ['mocha', '\n  34 passing (20ms)\n  1 pending\n', '34 passed, 1 skipped'],
  ['pytest', '===== 1 failed, 33 passed, 2 warnings in 0.12s =====', '1 failed, 33 passed'],
  ['pytest -q', '..\n2 passed in 0.01s\n', '2 passed'],
  ['unittest', 'Ran 34 tests in 0.010s\n\nFAILED (failures=1, errors=1)', '2 failed, 32 passed'],
  ['cargo', 'test result: ok. 30 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 4 passed; 1 failed; 0 ignored;', '1 failed, 34 passed, 1 skipped'],
  ['go -v', '--- PASS: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)\n--- FAIL: TestC (0.00s)\nFAIL', '1 failed, 2 passed'],
  ['maven', 'Tests run: 5, Failures: 1, Errors: 0, Skipped: 1\n', '1 failed, 3 passed, 1 skipped'],
  ['rspec', '34 examples, 1 failure', '1 failed, 33 passed'],
  ['phpunit', 'OK (34 tests, 50 assertions)', '34 passed'],
  ['playwright', '  1 failed\n    a.spec.ts\n  33 passed (5.1s)', '1 failed, 33 passed'],
]
it.each(cases)('reads the counts of %s', (_runner, output, expected) => {
  const counts = testCounts(output)
  expect(counts && countsText(counts)).toBe(expected)
})
it('finds none where there are none', () => expect(testCounts('built in 3.2s\nall good')).toBeNull())
