/**
 * Package managers of the agent image behind a real relay: the way out that a session has, without a session. They fetch from
 * the registries that they themselves name.
 */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ASK_TOOLS, readAnswers } from '../../services/spawner/src/registries.ts'
import { sessionId, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

const exec = promisify(execFile)
const image = process.env.ORCHESTRA_AGENT_IMAGE ?? 'orchestra-agent:local'
const hostCa = process.env.NODE_EXTRA_CA_CERTS ?? ''
const id = sessionId('csv-import')
const user = '1000:1000'
const locked = ['--rm', '--network', 'none', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', user, '--tmpfs', '/tmp:rw,exec,mode=1777', '-e', 'HOME=/tmp']
let stack: Stack

/** as-agent.ts as one file, as the image has agentd. */
let asAgent: string

beforeAll(async () => {
  const built = await mkdtemp(join(tmpdir(), 'as-agent-'))
  await chmod(built, 0o755)
  asAgent = join(built, 'as-agent.mjs')
  await build({ input: join(import.meta.dirname, 'as-agent.ts'), platform: 'node', output: { file: asAgent }, logLevel: 'warn' })
  stack = await startStack()
  await stack.bus.openSession(id, 'executor')
  const folder = dirname(stack.socket(id))
  // As root the test stands in for the project's owner, who runs the relay and the session alike.
  if (process.getuid?.() === 0) for (const path of [folder, stack.socket(id)]) await chown(path, 1000, 1000)
  for (const path of [dirname(dirname(folder)), dirname(folder), folder]) await chmod(path, 0o755)
  await chmod(stack.socket(id), 0o666)
  const asked = readAnswers((await exec('docker', ['run', ...locked, '--entrypoint', 'sh', image, '-c', ASK_TOOLS])).stdout)
  expect(asked.map((a) => a.tool)).toEqual(expect.arrayContaining(['npm', 'pip']))
  await stack.bus.setEgress({ mode: 'listed', allow: [], refuse: [], registries: asked.map((a) => a.host) })
})
afterAll(async () => {
  await stack.stop()
  await rm(dirname(asAgent), { recursive: true })
})

const inSession = async (script: string): Promise<string> => {
  const ca = hostCa === '' ? [] : ['-v', `${hostCa}:/etc/orchestra/host-ca.pem:ro`, ...['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'CURL_CA_BUNDLE'].flatMap((name) => ['-e', `${name}=/etc/orchestra/host-ca.pem`])]
  const { stdout } = await exec('docker', ['run', ...locked, ...ca, '-v', `${dirname(stack.socket(id))}:/run/orchestra:ro`, '-v', `${asAgent}:/as-agent.mjs:ro`, '--entrypoint', 'node', image, '/as-agent.mjs', `{ ${script}; } 2>&1`])
  return stdout
}

test('npm installs a package', async () => {
  expect(await inSession('mkdir n && cd n && npm init -y >/dev/null && npm install --no-audit --no-fund is-number && node -p "require(\'is-number\')(7)"')).toMatch(/true\n$/)
})

test('pip installs pytest into a virtual environment', async () => {
  expect(await inSession('python3 -m venv v && v/bin/pip install --quiet pytest && v/bin/pytest --version')).toMatch(/^pytest \d/m)
})

test('what nobody named is refused with the reason, and reported', async () => {
  expect(await inSession('curl -sS https://evil.example/ || true')).toContain('403')
  await expect.poll(() => stack.reports).toContainEqual(expect.objectContaining({ type: 'egress-refused', session: id, host: 'evil.example', cause: 'unlisted' }))
})
