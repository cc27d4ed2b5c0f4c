/** Counts out of what test runners print. Only a hint for a reader of the timeline: the exit code is what counts. */

export type TestCounts = { passed: number; failed: number; skipped: number }

const plain = (output: string): string => output.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
const sum = (text: string, pattern: RegExp): number | null => {
  let total: number | null = null
  for (const match of text.matchAll(pattern)) total = (total ?? 0) + Number(match[1])
  return total
}
/** "3 failed, 31 passed" and the like, in any order, from one line. */
const words = (line: string | undefined): TestCounts | null => {
  if (line === undefined) return null
  const of = (pattern: RegExp) => Number(line.match(pattern)?.[1] ?? 0)
  const counts = { passed: of(/(\d+) pass(?:ed|ing)?\b/), failed: of(/(\d+) (?:failed|failing|failures?)\b/) + of(/(\d+) errors?\b/), skipped: of(/(\d+) (?:skipped|pending|ignored|todo)\b/) }
  return counts.passed + counts.failed + counts.skipped > 0 ? counts : null
}
const last = (text: string, pattern: RegExp): string | undefined => [...text.matchAll(pattern)].at(-1)?.[0]

/** One reader a runner; the first that recognises its own words wins. */
const readers: ((text: string) => TestCounts | null)[] = [
  // cargo, one line for each binary
  (t) => {
    const passed = sum(t, /test result: .*? (\d+) passed/g)
    return passed === null ? null : { passed, failed: sum(t, /test result: .*? (\d+) failed/g) ?? 0, skipped: sum(t, /test result: .*? (\d+) ignored/g) ?? 0 }
  },
  // vitest, jest
  (t) => words(last(t, /^\s*Tests:?\s+.*\d+ (?:passed|failed|skipped|todo).*$/gm)),
  // node --test and TAP producers
  (t) => {
    const passed = sum(t, /^(?:#|ℹ) pass (\d+)/gm)
    return passed === null ? null : { passed, failed: sum(t, /^(?:#|ℹ) fail (\d+)/gm) ?? 0, skipped: sum(t, /^(?:#|ℹ) skipped (\d+)/gm) ?? 0 }
  },
  // pytest, with and without its frame of "="
  (t) => words(last(t, /^(?:=+ )?(?:\d+ (?:passed|failed|skipped|errors?|xfailed|xpassed|warnings?|deselected)(?:, )?)+ in [\d.]+s.*$/gm)),
  // unittest
  (t) => {
    const ran = sum(t, /^Ran (\d+) tests? in /gm)
    if (ran === null) return null
    const failed = (sum(t, /^FAILED .*?failures=(\d+)/gm) ?? 0) + (sum(t, /^FAILED .*?errors=(\d+)/gm) ?? 0)
    const skipped = sum(t, /skipped=(\d+)/g) ?? 0
    return { passed: ran - failed - skipped, failed, skipped }
  },
  // maven, gradle's surefire
  (t) => {
    const line = last(t, /Tests run: \d+, Failures: \d+, Errors: \d+(?:, Skipped: \d+)?/g)
    const n = line?.match(/\d+/g)?.map(Number)
    if (!n) return null
    const [ran = 0, failures = 0, errors = 0, skipped = 0] = n
    return { passed: ran - failures - errors - skipped, failed: failures + errors, skipped }
  },
  // rspec
  (t) => {
    const m = t.match(/(\d+) examples?, (\d+) failures?/)
    return m ? { passed: Number(m[1]) - Number(m[2]), failed: Number(m[2]), skipped: 0 } : null
  },
  // phpunit
  (t) => {
    const m = t.match(/^OK \((\d+) tests?/m)
    return m ? { passed: Number(m[1]), failed: 0, skipped: 0 } : null
  },
  // go test -v, and without -v its packages
  (t) => {
    const passed = t.match(/^\s*--- PASS/gm)?.length ?? 0
    const failed = t.match(/^\s*--- FAIL/gm)?.length ?? 0
    return passed + failed > 0 ? { passed, failed, skipped: t.match(/^\s*--- SKIP/gm)?.length ?? 0 } : null
  },
  // mocha, playwright, bun and whoever counts on lines of their own
  (t) => {
    const passed = sum(t, /^\s*(\d+) (?:passing|passed|pass)\b/gm)
    const failed = sum(t, /^\s*(\d+) (?:failing|failed|fail)\b/gm)
    return passed === null && failed === null ? null : { passed: passed ?? 0, failed: failed ?? 0, skipped: sum(t, /^\s*(\d+) (?:pending|skipped|skip)\b/gm) ?? 0 }
  },
]

export const testCounts = (output: string): TestCounts | null => {
  const text = plain(output)
  for (const read of readers) {
    const counts = read(text)
    if (counts) return counts
  }
  return null
}

/** "34 passed", "1 failed, 33 passed, 2 skipped". */
export const countsText = (c: TestCounts): string =>
  [c.failed ? `${c.failed} failed` : '', c.passed || !c.failed ? `${c.passed} passed` : '', c.skipped ? `${c.skipped} skipped` : ''].filter(Boolean).join(', ')
