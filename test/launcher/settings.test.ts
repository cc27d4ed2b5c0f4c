/** What is remembered of a stack, and how a port is found. */
import { createServer } from 'node:net'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { freshFolder, shell } from './shell.ts'

const setUp = 'project_dir=/p; owner_uid=$(id -u); stack=orchestra-p-00000000; stack_publishes() { false; };'

async function listener(): Promise<{ port: number; close: () => void }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, close: () => server.close() }
}

test('remembers what was set, and the environment wins over it', async () => {
  const folder = freshFolder()
  await shell(folder, `${setUp} ORCHESTRA_PORT=7801 ORCHESTRA_BIND=0.0.0.0; settings_load; settings_save`)
  const script = `${setUp} settings_load; echo "$ORCHESTRA_PORT $ORCHESTRA_BIND $ORCHESTRA_PROJECT_DIR"`
  expect((await shell(folder, script)).out).toBe('7801 0.0.0.0 /p\n')
  expect((await shell(folder, script, { ORCHESTRA_PORT: '7900' })).out).toBe('7900 0.0.0.0 /p\n')
})

test('a TLS name changes address and site', async () => {
  const { out } = await shell(freshFolder(), `${setUp} ORCHESTRA_PORT=7801 ORCHESTRA_TLS_NAME=box.local; settings_load; stack_address; echo "$ORCHESTRA_SITE"`)
  expect(out).toBe('https://box.local:7801\nhttps://box.local:8080\n')
})

test('a port that was asked for and is taken is refused', async () => {
  const { port, close } = await listener()
  const { code, err } = await shell(freshFolder(), `${setUp} settings_load; port_choose ${port}`)
  close()
  expect(err).toMatch(`port ${port} is taken`)
  expect(code).toBe(1)
})

test('a remembered port that is taken by another program is left for the next free one, aloud', async () => {
  const { port, close } = await listener()
  const { out, err } = await shell(freshFolder(), `${setUp} ORCHESTRA_PORT=${port}; settings_load; port_choose; echo "$ORCHESTRA_PORT"`)
  close()
  expect(Number(out)).toBeGreaterThan(port)
  expect(err).toMatch(/moves to/)
})

test('a port of another stack is not taken, even while that one is stopped', async () => {
  const folder = freshFolder()
  mkdirSync(join(folder, '.state/installs/other'), { recursive: true })
  writeFileSync(join(folder, '.state/installs/other/env'), 'ORCHESTRA_PORT=17931\n')
  const { out } = await shell(folder, `${setUp} ORCHESTRA_PORT=17931; settings_load; port_choose 2>/dev/null; echo "$ORCHESTRA_PORT"`)
  expect(Number(out)).toBeGreaterThan(17931)
})

test.each(['0', '65536', 'http', '99999999'])('%s is no port', async (port) => {
  const { code, err } = await shell(freshFolder(), `${setUp} settings_load; port_choose ${port}`)
  expect(err).toMatch(/is no port/)
  expect(code).toBe(1)
})
