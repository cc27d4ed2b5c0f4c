import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nestedRepositories } from './nested.ts'

let top: string
beforeEach(() => { top = mkdtempSync(join(tmpdir(), 'nested-')); writeFileSync(join(top, '.git'), 'gitdir: /elsewhere\n') })
afterEach(() => rmSync(top, { recursive: true, force: true }))
const gitdir = (path: string): void => { for (const sub of ['objects', 'refs']) mkdirSync(join(top, path, sub), { recursive: true }); writeFileSync(join(top, path, 'HEAD'), '') }

it('finds repositories by folder, by file, in another case and bare ones, but not the worktree itself', async () => {
  gitdir('a/b/.git')
  mkdirSync(join(top, 'linked'))
  writeFileSync(join(top, 'linked/.git'), 'gitdir: x\n')
  gitdir('upper/.GIT')
  gitdir('store/bare')
  mkdirSync(join(top, 'plain/src'), { recursive: true })
  expect(await nestedRepositories(top, new Set())).toEqual(['a/b', 'linked', 'store/bare', 'upper', 'upper/.GIT'])
})

it('follows no link, skips what is known, and survives names that are no text', async () => {
  gitdir('real/.git')
  symlinkSync(join(top, 'real'), join(top, 'link'))
  symlinkSync('/', join(top, 'root'))
  gitdir('vendored/.git')
  mkdirSync(Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0xff, 0xfe])]))
  expect(await nestedRepositories(top, new Set(['vendored']))).toEqual(['real'])
})

it('answers for a worktree that is gone', async () => {
  rmSync(top, { recursive: true })
  expect(await nestedRepositories(top, new Set())).toEqual([])
})
