import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContext } from './context.ts'
import { makeRig, type Rig } from './testing/rig.ts'
import { watch, type What } from './watch.ts'

let rig: Rig
let stop: () => void
let seen: What[]
let waiting: (() => void)[]
const start = (max?: number): void => {
  seen = []
  waiting = []
  stop = watch(createContext(rig.options), (what) => { seen.push(what); for (const w of waiting.splice(0)) w() }, max)
}
/** Resolves at the next hint of that kind; the test's own time limit ends it otherwise. */
const next = async (what: What): Promise<void> => {
  const from = seen.length
  while (!seen.slice(from).includes(what)) await new Promise<void>((r) => { waiting.push(r) })
}
/** Does the thing again until its hint comes: a watch is only there some time after it was asked for. */
const hinted = async (what: What, make: (n: number) => void): Promise<void> => {
  const done = next(what)
  let n = 0
  const again = setInterval(() => make(n++), 100)
  await done
  clearInterval(again)
}
beforeEach(() => { rig = makeRig() })
afterEach(() => { stop(); rig.remove() })

describe('watch', () => {
  it('sees files of the checkout, also in folders that are new, and nothing ignored', async () => {
    rig.commit({ '.gitignore': 'node_modules\n' })
    mkdirSync(join(rig.project, 'node_modules'))
    start()
    await hinted('checkout', (n) => rig.write('src/a.txt', `${n}`))
    mkdirSync(join(rig.project, 'fresh/deep'), { recursive: true })
    await hinted('checkout', (n) => rig.write('fresh/deep/x.txt', `${n}`))
    const quiet = seen.length
    writeFileSync(join(rig.project, 'node_modules/x'), '1')
    await hinted('checkout', (n) => rig.write('README.md', `${n}`))
    expect(seen.length).toBeGreaterThan(quiet)
  })

  it('sees commits, branches and the index of a worktree', async () => {
    const t = await rig.session('work')
    start()
    await hinted('refs', (n) => rig.person.git('branch', `b${n}`))
    await hinted('refs', () => t.host.git('commit', '-qm', 'x', '--allow-empty'))
    await hinted('refs', (n) => { t.write('a.txt', `${n}`); t.host.git('add', 'a.txt') })
    await hinted('checkout', (n) => { rig.write('b.txt', `${n}`); rig.person.git('add', 'b.txt') })
  })

  it('polls where there are more folders than it may watch', async () => {
    start(0)
    await next('checkout')
    await next('checkout')
  })
})
