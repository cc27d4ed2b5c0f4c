import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { objectFolders, specFolder } from './project.ts'

let dir: string
beforeEach(() => { dir = realpathSync(mkdtempSync(join(tmpdir(), 'spawner-'))) })
afterEach(() => { rmSync(dir, { recursive: true }) })

describe('the spec folder', () => {
  it('is taken when each part is a folder itself', () => {
    mkdirSync(join(dir, '.orchestra/spec'), { recursive: true })
    expect(specFolder(dir)).toEqual({ ok: true, value: join(dir, '.orchestra/spec') })
  })
  it('is refused where a link stands in its place', () => {
    mkdirSync(join(dir, '.orchestra'))
    symlinkSync('/etc', join(dir, '.orchestra/spec'))
    expect(specFolder(dir)).toMatchObject({ ok: false, problem: { about: join(dir, '.orchestra/spec') } })
  })
  it('is refused below a link', () => {
    mkdirSync(join(dir, 'elsewhere/spec'), { recursive: true })
    symlinkSync('elsewhere', join(dir, '.orchestra'))
    expect(specFolder(dir)).toMatchObject({ ok: false })
  })
})

describe('object folders', () => {
  it('are the repository\'s and what alternates name, relative ones and their own alternates too', () => {
    for (const repo of ['a', 'b', 'c']) mkdirSync(join(dir, repo, '.git/objects/info'), { recursive: true })
    writeFileSync(join(dir, 'a/.git/objects/info/alternates'), `# shared\n${join(dir, 'b/.git/objects')}\n`)
    writeFileSync(join(dir, 'b/.git/objects/info/alternates'), '../../../c/.git/objects\n')
    expect(objectFolders(join(dir, 'a'))).toEqual(['a', 'b', 'c'].map((r) => join(dir, r, '.git/objects')))
  })
})
