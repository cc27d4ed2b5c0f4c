/** A file saved in a worktree → its new line painted in the browser's diff, against `git diff` of that file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agentPaths, servicePaths } from '@orchestra/contracts'
import { run } from '../../test/e2e/shell.ts'
import type { Figure } from '../interleave.ts'
import { filesIn } from '../marks.ts'
import type { Rig } from '../rig.ts'
import { between, processorTime } from '../work.ts'
import { servicesOf } from './spawn-steps.ts'

const FILE = 'src/part-0/file-0.js'

/** Looks once a frame, shadow trees too, and resolves with the clock at the frame after `mark` is in the page. */
const painted = (mark: string): Promise<number> =>
  new Promise((resolve) => {
    const holds = (root: ParentNode & Node): boolean =>
      (root.textContent ?? '').includes(mark) || [...root.querySelectorAll('diffs-container')].some((e) => e.shadowRoot !== null && holds(e.shadowRoot))
    const look = (): void => {
      const diff = document.querySelector('[data-testid="diff"]')
      if (diff === null || !holds(diff)) requestAnimationFrame(look)
      else requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
    }
    look()
  })

/** Milliseconds after the save, from what each step left behind and from the page's own record of its requests. */
const stepsSince = async (rig: Rig, start: number): Promise<Record<string, number>> => {
  const [inContainer, inOrchestrator, committed, asked] = await Promise.all([
    filesIn(`${rig.install}-s-receiver`, { 'agentd has hashed it': `${agentPaths.git}/orchestra-index` }),
    filesIn(`${rig.install}-orchestrator-1`, { 'imported': `${servicePaths.state}/git/snapshots/receiver.git/refs/snapshots/newest` }),
    rig.sql("select round(extract(epoch from last_event_at) * 1000) from sessions where id = 'receiver'"),
    rig.page.evaluate(() => {
      const last = performance.getEntriesByType('resource').filter((e) => /\/diff\b/.test(e.name)).at(-1) as PerformanceResourceTiming | undefined
      performance.clearResourceTimings()
      return last === undefined ? {} : { 'the page asks': performance.timeOrigin + last.startTime, 'the page has the diff': performance.timeOrigin + last.responseEnd }
    }),
  ])
  return Object.fromEntries(Object.entries({ ...inContainer, ...inOrchestrator, committed: Number(committed), ...asked }).map(([name, at]) => [name, at - start]))
}

export const diffFigure = async (rig: Rig): Promise<Figure> => {
  const { worktree } = await rig.session('receiver')
  if (worktree === null) throw new Error('the receiver has no worktree')
  const save = (mark: string): void => writeFileSync(join(worktree, FILE), `export const value = '${mark}'\n`)
  return {
    name: 'diff',
    what: 'file saved in a worktree → painted in the browser\'s diff',
    baselineIs: '`git diff` of that file in the worktree',
    goal: { kind: 'extra', most: 150 },
    async ours(round) {
      await rig.quiet('receiver')
      const path = '/s/receiver/diff'
      if (new URL(rig.page.url()).pathname !== path) await rig.page.goto(rig.origin + path)
      const mark = `saved-${round}-${Date.now()}`
      const parts = { ...servicesOf(rig), receiver: `${rig.install}-s-receiver` }
      const before = await processorTime(parts)
      const seen = rig.page.evaluate(painted, mark)
      const start = Date.now()
      save(mark)
      const ms = (await seen) - start
      return { ms, steps: { ...(await stepsSince(rig, start)), painted: ms }, work: between(before, await processorTime(parts)) }
    },
    async baseline(round) {
      const mark = `plain-${round}-${Date.now()}`
      const start = performance.now()
      save(mark)
      const { code, output } = await run('git', ['-c', 'safe.directory=*', 'diff', '--', FILE], { cwd: worktree, env: process.env, deadlineMs: 20_000 })
      if (code !== 0 || !output.includes(mark)) throw new Error(`git diff did not show the change:\n${output}`)
      return { ms: performance.now() - start, steps: {} }
    },
  }
}
