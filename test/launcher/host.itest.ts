/** A host that is not as it should be, with the real engine: `up` says what is wrong and what to do, and has made nothing. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { root } from '../harness/imports.ts'
import { execute, freshFolder, git, give, type Outcome } from './shell.ts'

const asRoot = process.getuid?.() === 0
const person = 1000

async function place(owner: number): Promise<{ home: string; project: string }> {
  const home = freshFolder()
  const project = join(home, 'work')
  mkdirSync(project)
  await git(project, 'init', '-q', '-b', 'main')
  await git(project, 'commit', '-q', '--allow-empty', '-m', 'Start')
  give(home, owner)
  return { home, project }
}
const up = (at: { home: string; project: string }, before: string, ...args: string[]): Promise<Outcome> =>
  execute('sh', ['-c', `${before} "$ORCHESTRA" up --yes "$@"`, 'sh', ...args, at.project], at.home, { ORCHESTRA: join(root, 'orchestra'), HOME: at.home, ORCHESTRA_HOME: join(at.home, '.orchestra'), DOCKER_HOST: '' })
const nothingMade = async (at: { home: string; project: string }): Promise<void> => {
  expect(await git(at.project, '-c', 'safe.directory=*', 'status', '--porcelain')).toBe('')
  const installs = join(at.home, '.orchestra/installs')
  for (const stack of existsSync(installs) ? readdirSync(installs) : []) expect((await execute('docker', ['ps', '-aq', '--filter', `label=com.docker.compose.project=${stack}`], at.home, {})).out).toBe('')
}

test.runIf(asRoot)('a user who may not use the engine is told how to be let in', async () => {
  const at = await place(person)
  const { code, err } = await up(at, `exec setpriv --reuid ${person} --regid ${person} --clear-groups`)
  expect(err).toMatch(/no permission on its socket/)
  expect(err).toMatch(/usermod -aG docker/)
  expect(code).toBe(1)
  await nothingMade(at)
})

test.runIf(asRoot)('a disk that is nearly full is named before anything is written to it', async () => {
  const at = await place(process.getuid?.() ?? 0)
  mkdirSync(join(at.home, '.orchestra'))
  const { code, err } = await up(at, 'unshare -m sh -c \'mount -t tmpfs -o size=64m small "$ORCHESTRA_HOME" && exec "$@"\' sh')
  expect(err).toMatch(/only \d+ MB are free on the disk of .*\.orchestra/)
  expect(err).toMatch(/docker system df/)
  expect(code).toBe(1)
  await nothingMade(at)
})

test('a port that another program has is refused by name', async () => {
  const at = await place(process.getuid?.() ?? 1000)
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const { code, err } = await up(at, '', '--port', String(port))
  server.close()
  expect(err).toMatch(`port ${port} is taken`)
  expect(err).toMatch(/--port N/)
  expect(code).toBe(1)
  await nothingMade(at)
})
