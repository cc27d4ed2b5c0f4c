/** One part of the test run: a name, how it is run, and what it counted. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Count = { passed: number; failed: number }
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
  run: async () => ((await program(command, args)).code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
})

/** Runs the suites one after the other, prints time and count of each. */
export async function runSuites(suites: readonly Suite[]): Promise<Count> {
  const lines: string[] = []
  const total: Count = { passed: 0, failed: 0 }
  for (const suite of suites) {
    console.log(`\n=== ${suite.name}`)
    const started = performance.now()
    const count = await suite.run()
    total.passed += count.passed
    total.failed += count.failed
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    lines.push(`${suite.name.padEnd(14)} ${`${seconds} s`.padStart(9)}   ${count.passed} passed, ${count.failed} failed`)
    console.log(lines.at(-1))
  }
  console.log(`\n${lines.join('\n')}\n`)
  return total
}

/** The line that tools look for, and the exit code that goes with it. */
export function finish({ passed, failed }: Count): never {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}
