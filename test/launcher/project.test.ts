/** Each kind of folder that a person may name: it works, or the launcher says why not and what to do. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { root } from '../harness/imports.ts'
import { freshFolder, git, orchestra, shell } from './shell.ts'

const report = 'project_find "$1"; project_check; printf "%s\\n%s\\n" "$project_dir" "$stack"'
const look = (cwd: string, directory = '.') => shell(cwd, `set -- '${directory}'; ${report}`)

async function repository(name = 'work'): Promise<string> {
  const folder = join(freshFolder(), name)
  mkdirSync(folder)
  await git(folder, 'init', '-q', '-b', 'main')
  await git(folder, 'commit', '-q', '--allow-empty', '-m', 'Start')
  return folder
}

test.each(['work', 'with spaces', 'a:colon', 'Ünïcode ✓', "quote's", '日本'])('serves a repository in a folder named %j', async (name) => {
  const folder = await repository(name)
  const { out, code, err } = await shell(folder, `project_find .; project_check; printf "%s\\n%s\\n" "$project_dir" "$stack"`)
  expect(err).toBe('')
  expect(code).toBe(0)
  const [directory, stack] = out.split('\n')
  expect(directory).toBe(folder)
  expect(stack).toMatch(/^orchestra-[a-z0-9-]+-[0-9a-f]{8}$/)
})

test('finds the repository from a subfolder and through a symbolic link, as one stack', async () => {
  const folder = await repository()
  mkdirSync(join(folder, 'deep/down'), { recursive: true })
  symlinkSync(folder, join(folder, '..', 'link'))
  const direct = await look(folder)
  expect((await look(join(folder, 'deep/down'))).out).toBe(direct.out)
  expect((await look(join(folder, '..'), 'link')).out).toBe(direct.out)
})

test('two folders of the same name have two stacks', async () => {
  const [one, two] = [await look(await repository()), await look(await repository())]
  expect(one.out.split('\n')[1]).not.toBe(two.out.split('\n')[1])
})

const refused = async (folder: string, reason: RegExp, next: RegExp): Promise<void> => {
  const { code, err } = await look(folder)
  expect(err).toMatch(reason)
  expect(err).toMatch(next)
  expect(code).toBe(1)
}

test('a folder without a repository', async () => {
  await refused(freshFolder(), /is not in a git repository/, /git init/)
})

test('a repository without a commit', async () => {
  const folder = freshFolder()
  await git(folder, 'init', '-q')
  await refused(folder, /no commit yet/, /commit --allow-empty/)
})

test('a bare repository', async () => {
  const folder = freshFolder()
  await git(folder, 'init', '-q', '--bare')
  await refused(folder, /bare repository/, /Clone it/)
})

test('a linked worktree: the main one is named', async () => {
  const folder = await repository()
  await git(folder, 'worktree', 'add', '-q', '../linked')
  await refused(join(folder, '../linked'), /linked worktree/, new RegExp(`orchestra up '${folder}'`))
})

test('a submodule', async () => {
  const [folder, inner] = [await repository(), await repository('inner')]
  await git(folder, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'sub')
  await refused(join(folder, 'sub'), /git folder .* lies elsewhere/, /clone of its own/)
  expect((await look(folder)).err).not.toMatch(/orchestra:/)
})

test('a shallow clone', async () => {
  const folder = await repository()
  await git(folder, 'commit', '-q', '--allow-empty', '-m', 'More')
  await git(folder, 'clone', '-q', '--depth', '1', `file://${folder}`, '../shallow')
  await refused(join(folder, '../shallow'), /shallow clone/, /--unshallow/)
})

test('a clone that borrows objects', async () => {
  const folder = await repository()
  await git(folder, 'clone', '-q', '--shared', folder, '../shared')
  await refused(join(folder, '../shared'), /borrows objects/, /repack -a -d/)
})

test('a detached HEAD works, with a word about it', async () => {
  const folder = await repository()
  await git(folder, 'checkout', '-q', '--detach')
  const { code, err } = await look(folder)
  expect(err).toMatch(/HEAD is detached/)
  expect(code).toBe(0)
})

test('files kept by LFS are spoken of', async () => {
  const folder = await repository()
  writeFileSync(join(folder, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n')
  expect((await look(folder)).err).toMatch(/LFS/)
})

test("in Orchestra's own folder it asks for another", async () => {
  const { code, err } = await orchestra(root, ['up'])
  expect(err).toMatch(/own folder/)
  expect(err).toMatch(/orchestra demo/)
  expect(code).toBe(1)
})

test.each([
  [['up', '/nonexistent'], /does not exist/],
  [['frobnicate'], /no command "frobnicate"/],
  [['up', '--port'], /--port needs a value/],
  [['up', '--speed', '9'], /no option --speed/],
])('orchestra %j', async (args, reason) => {
  const { code, err } = await orchestra(freshFolder(), args)
  expect(err).toMatch(reason)
  expect(code).toBe(1)
})

test('says its version, also through a symbolic link', async () => {
  const folder = freshFolder()
  symlinkSync(join(root, 'orchestra'), join(folder, 'orchestra'))
  expect((await shell(folder, './orchestra --version')).out).toMatch(/^orchestra \d+\.\d+\.\d+\n$/)
})

test('leaves the repository as it was', async () => {
  const folder = await repository()
  await look(folder)
  expect(await git(folder, 'status', '--porcelain')).toBe('')
})
