import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContext } from './context.ts'
import { branchesFromFiles, refFromFiles } from './ref-files.ts'
import { branchTip } from './refs.ts'
import { makeRig, type Rig } from './testing/rig.ts'

let rig: Rig
const place = () => createContext(rig.options).place()
const gitSays = (branch: string): string => rig.person.git('rev-parse', branch).trim()
beforeEach(() => { rig = makeRig() })
afterEach(() => rig.remove())

describe('refs from files', () => {
  it('are what git says: loose, packed, moved after packing, gone', () => {
    rig.person.git('branch', 'deep/er/one')
    rig.person.git('pack-refs', '--all')
    expect(refFromFiles(place(), 'refs/heads/deep/er/one')).toBe(gitSays('deep/er/one'))
    rig.commit({ 'a.txt': 'more' })
    expect(refFromFiles(place(), 'refs/heads/main')).toBe(gitSays('main'))
    expect(refFromFiles(place(), 'refs/heads/deep')).toBeNull()
    expect(refFromFiles(place(), 'refs/heads/er/one')).toBeNull()
    rig.person.git('branch', '-D', 'deep/er/one')
    expect(refFromFiles(place(), 'refs/heads/deep/er/one')).toBeNull()
  })

  it('lists branches as git does, without locks', () => {
    rig.person.git('branch', 'packed')
    rig.person.git('pack-refs', '--all')
    rig.person.git('branch', 'a/loose')
    writeFileSync(join(rig.project, '.git/refs/heads/a/other.lock'), '')
    expect(branchesFromFiles(place())).toEqual(['a/loose', 'main', 'packed'])
  })

  it('leaves a symbolic or broken branch to git', async () => {
    rig.person.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main')
    mkdirSync(join(rig.project, '.git/refs/heads/x'), { recursive: true })
    writeFileSync(join(rig.project, '.git/refs/heads/x/broken'), 'nonsense\n')
    symlinkSync('main', join(rig.project, '.git/refs/heads/link'))
    expect(refFromFiles(place(), 'refs/heads/alias')).toBe('unclear')
    const c = createContext(rig.options)
    expect(await branchTip(c, 'alias')).toBe(gitSays('main'))
    expect(await branchTip(c, 'link')).toBe(gitSays('main'))
    expect(await branchTip(c, 'x/broken')).toBeNull()
  })
})
