/** One part of the test run: a name, how it is run, and what it counted. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** `failures`: a line each, so that the end of a long run names what failed. */
export type Count = { passed: number; failed: number; failures: readonly string[] }
export type Suite = { name: string; run: () => Promise<Count> }

/** Exit code and standard output of a program; what it prints is shown as it comes. */
export function program(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      process.stdout.write(text)
    })
    child.once('error', reject)
    // A child killed by a signal has no code: that is a failure too.
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** A check without a count of its own: one passed, or one failed. */
export const single = (name: string, command: string, args: readonly string[]): Suite => ({
  name,
  run: async () => ((await program(command, args)).code === 0 ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [name] }),
})

/**
 * A program that ends with a count of its own and exits with non-zero when anything is wrong. `counts` finds what passed
 * (or was `tried`) and what failed in that last line, `failure` what it prints of a failure; with no last line the suite itself has failed.
 */
export const counting = (
  name: string,
  args: readonly string[],
  env: Record<string, string>,
  { counts, failure }: { counts: RegExp; failure: RegExp },
): Suite => ({
  name,
  run: async () => {
    const { code, output } = await program(process.execPath, args, env)
    const found = [...output.matchAll(counts)].at(-1)
    if (!found) return { passed: 0, failed: 1, failures: [`${name} ended without a count (exit ${code})`] }
    const failures = [...output.matchAll(failure)].map(([line]) => line.trim())
    // What could not be carried out is in no count, but it is a failure.
    const failed = Math.max(Number(found.groups?.['failed']), failures.length, code === 0 ? 0 : 1)
    const { passed, tried } = found.groups ?? {}
    return { passed: passed === undefined ? Math.max(0, Number(tried) - failed) : Number(passed), failed, failures: failures.length > 0 || failed === 0 ? failures : [`${name} (exit ${code})`] }
  },
})

/** Runs the suites one after the other, prints time and count of each. */
export async function runSuites(suites: readonly Suite[]): Promise<Count> {
  const lines: string[] = []
  const failures: string[] = []
  const total = { passed: 0, failed: 0 }
  for (const suite of suites) {
    console.log(`\n=== ${suite.name}`)
    const started = performance.now()
    const count = await suite.run()
    total.passed += count.passed
    total.failed += count.failed
    failures.push(...count.failures.map((line) => `${suite.name}: ${line}`))
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    lines.push(`${suite.name.padEnd(14)} ${`${seconds} s`.padStart(9)}   ${count.passed} passed, ${count.failed} failed`)
    console.log(lines.at(-1))
  }
  if (failures.length > 0) console.log(`\nwhat failed:\n  ${failures.join('\n  ')}`)
  console.log(`\n${lines.join('\n')}\n`)
  return { ...total, failures }
}

/** The line that tools look for, and the exit code that goes with it. */
export function finish({ passed, failed }: Count): never {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}
