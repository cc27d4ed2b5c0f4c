/** A file saved in a worktree → its new line painted in the browser's diff, against `git diff` of that file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../test/e2e/shell.ts'
import type { Figure } from '../interleave.ts'
import type { Rig } from '../rig.ts'

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
      const seen = rig.page.evaluate(painted, mark)
      const start = Date.now()
      save(mark)
      return { ms: (await seen) - start, steps: {} }
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
