/** Two people start a stack in the same moment: whoever comes second to the port takes another one, and nobody has to run anything again. */
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

import { execute, freshFolder, git, orchestra } from './shell.ts'

const home = freshFolder()
const project = join(freshFolder(), 'late')
const other = createServer()
const launcher = (args: string[], env: Record<string, string> = {}) => orchestra(project, args, { DOCKER_HOST: '', ORCHESTRA_HOME: join(home, '.orchestra'), HOME: home, ...env })

afterAll(async () => {
  other.close()
  await launcher(['down', '--purge', '--yes'])
})

/** A docker that says when the stack is about to start, with which port, and goes on when there is an answer. */
const holdingDocker = async (): Promise<{ folder: string; asked: string; taken: string }> => {
  const folder = freshFolder()
  const [asked, taken] = [join(folder, 'asked'), join(folder, 'taken')]
  const real = (await execute('sh', ['-c', 'command -v docker'], folder, {})).out.trim()
  writeFileSync(join(folder, 'docker'), `#!/bin/sh
case " $* " in
  *' up --detach '*) [ -e '${taken}' ] || { printf %s "$ORCHESTRA_PORT" >'${asked}.new' && mv '${asked}.new' '${asked}'; until [ -e '${taken}' ]; do sleep 0.1; done; } ;;
esac
exec '${real}' "$@"
`)
  chmodSync(join(folder, 'docker'), 0o755)
  return { folder, asked, taken }
}

test('a port that is taken after it was chosen is given up for the next free one', async () => {
  mkdirSync(project)
  await git(project, 'init', '-q', '-b', 'main')
  await git(project, 'commit', '-q', '--allow-empty', '-m', 'Start')
  const { folder, asked, taken } = await holdingDocker()
  const watcher = watch(folder)
  const up = launcher(['up', '--yes'], { PATH: `${folder}:${process.env.PATH}` })
  while (!existsSync(asked)) {
    const early = await Promise.race([once(watcher, 'change').then(() => null), up])
    if (early !== null) expect.unreachable(`it ended before it started anything: ${early.err}`)
  }
  watcher.close()
  const lost = Number(readFileSync(asked, 'utf8'))
  other.listen(lost, '127.0.0.1')
  await once(other, 'listening')
  expect((other.address() as AddressInfo).port).toBe(lost)
  writeFileSync(taken, '')
  const { code, out, err } = await up
  expect(code, err).toBe(0)
  expect(out).toContain(`Port ${lost} was taken by another program meanwhile; this stack takes `)
  const { origin, port } = new URL(/http\S+#token=\S+/.exec(out)?.[0] ?? '')
  expect(Number(port)).toBeGreaterThan(lost)
  expect((await fetch(`${origin}/api/health`)).status).toBe(200)
  expect((await launcher(['up'])).out).toContain('runs already')
}, 300_000)
