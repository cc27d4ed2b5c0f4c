/**
 * usage: run.ts [--scenario DIR]... [--all] [--keep]
 * Plays scenarios on stacks of their own, one after the other. Last line: `e2e: N passed, N failed`, in steps; after a step
 * that fails the rest of its scenario is not played. `--keep` leaves a failed scenario's stack standing, to look at.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser } from './browser.ts'
import type { Browser } from './browser.ts'
import { describe, readScenario } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { startStack } from './stack.ts'
import type { Stack } from './stack.ts'
import { carryOut } from './steps/index.ts'

const scenariosDir = resolve(import.meta.dirname, '../scenarios')
const resultsDir = resolve(import.meta.dirname, '../../test-results')
const { values } = parseArgs({ options: { scenario: { type: 'string', multiple: true }, all: { type: 'boolean' }, keep: { type: 'boolean' } } })

const all = () => readdirSync(scenariosDir).map((name) => join(scenariosDir, name)).filter((dir) => existsSync(join(dir, 'scenario.yaml'))).sort()
const dirs = values.scenario?.map((d) => resolve(d)) ?? all()
const say = (line: string) => console.log(line)
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const keepEvidence = async (results: string, stack: Stack | null, browser: Browser | null): Promise<void> => {
  if (browser !== null) say(`    page: ${await browser.shot('failed')}`)
  if (browser !== null && browser.faults.length > 0) say(`    the page's own faults: ${browser.faults.join('; ')}`)
  if (browser !== null) writeFileSync(join(results, 'page.txt'), `${await browser.page.locator('body').innerText()}\n\n${browser.heard.join('\n')}`)
  if (stack !== null) writeFileSync(join(results, 'stack.log'), await stack.logs())
  if (stack !== null) writeFileSync(join(results, 'events.txt'), (await stack.sql("select at::time(2), session, event, left(data::text, 400) from event_log where event <> 'tool.finished' order by seq desc limit 150")).output)
  say(`    page text, events and the stack's logs: ${results}`)
}

/** Null, and said why, when the folder holds no scenario that can be played. */
const read = (dir: string): Scenario | null => {
  try {
    return readScenario(dir)
  } catch (e) {
    say(`\n  FAIL ${e instanceof Error ? e.message : String(e)}`)
    return null
  }
}

const play = async (scenario: Scenario): Promise<{ passed: number; failed: number }> => {
  say(`\n${scenario.name}: ${scenario.title}`)
  const results = join(resultsDir, scenario.name)
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  let passed = 0
  let failed = 0
  let stack: Stack | null = null
  let browser: Browser | null = null
  let doing = 'the stack starts and the person signs in'
  let since = performance.now()
  const done = () => {
    passed++
    say(`  ok   ${doing} (${seconds(since)})`)
    since = performance.now()
  }
  try {
    stack = await startStack(scenario, say)
    browser = await openBrowser(stack.link, results)
    done()
    for (const step of scenario.steps) {
      doing = describe(step)
      await carryOut(step, stack, browser)
      done()
    }
    doing = 'the page had no fault of its own'
    if (browser.faults.length > 0) throw new Error(browser.faults.join('\n'))
    done()
  } catch (e) {
    failed++
    say(`  FAIL ${scenario.name}: ${doing} (${seconds(since)})\n${(e instanceof Error ? e.message : String(e)).replace(/^/gm, '       ')}`)
    await keepEvidence(results, stack, browser).catch((x: unknown) => say(`    and the evidence could not be kept: ${String(x)}`))
  }
  await browser?.close()
  if (stack !== null && !(failed > 0 && values.keep)) await stack.remove()
  if (stack !== null && failed > 0 && values.keep) say(`    kept: ${stack.project}`)
  return { passed, failed }
}

let passed = 0
let failed = 0
for (const dir of dirs) {
  const scenario = read(dir)
  const result = scenario === null ? { passed: 0, failed: 1 } : await play(scenario)
  passed += result.passed
  failed += result.failed
}
say(`\ne2e: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
