import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId, Sha } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
beforeEach(async () => { t = await startEngine(await server.create()) })
afterEach(() => t.stop())

const commit = async (files: Record<string, string>): Promise<void> => {
  await mkdir(join(t.dir, '.orchestra'), { recursive: true })
  for (const [path, text] of Object.entries(files)) await writeFile(join(t.dir, path), text)
  await t.git('add', '-A')
  await t.git('commit', '-qm', 'Configuration')
  await t.engine.reconcileNow()
}
const proposals = async () => (await t.engine.snapshot()).state.attention.filter((a) => a.kind === 'proposal')
const dismiss = (id: string) => t.engine.dispatch('attention.dismiss', { id }, { actor: owner })

test('a check command found in the repository is proposed until it is chosen or declined', async () => {
  await commit({ 'package.json': '{"scripts":{"test":"node --test"}}' })
  expect(await proposals()).toMatchObject([{ id: 'proposal:check', options: ['Use npm test', 'No checks'] }])
  await dismiss('proposal:check')
  expect(await proposals()).toEqual([])
  expect((await t.engine.snapshot()).state.project.settings).toMatchObject({ checkCommand: null, checkProposal: null })
})

test('an image definition is proposed by its content, built only as it was shown, and asked again when it changes', async () => {
  await commit({ '.orchestra/agent.Dockerfile': 'FROM orchestra-agent\nRUN echo one\n' })
  const [first] = await proposals()
  const blob = (await t.git('rev-parse', 'HEAD:.orchestra/agent.Dockerfile')) as Sha
  expect(first?.id).toBe(`proposal:image:${blob}`)
  const other = await t.engine.dispatch('image.approve', { blob: '0'.repeat(40) as Sha }, { actor: owner })
  expect(other).toMatchObject({ ok: false, problem: { code: 'merge_moved' } })
  t.runtime.buildImage = async ({ dockerfile }, onLog) => { onLog(Buffer.from(`building: ${dockerfile}`)); return { ok: true, value: { image: 'shop-image' } } }
  const approved = await t.engine.dispatch('image.approve', { blob }, { actor: owner })
  const run = approved.ok ? approved.value.run : (randomUUID() as RunId)
  expect(await proposals()).toEqual([])
  await t.engine.settled()
  expect(await t.store.read.run(run)).toMatchObject({ status: 'passed', lastLine: 'Built shop-image' })
  const log = await t.engine.runLog(run, 0)
  expect(log.ok && log.value.bytes.toString()).toContain('RUN echo one')
  await commit({ '.orchestra/agent.Dockerfile': 'FROM orchestra-agent\nRUN echo two\n' })
  const [second] = await proposals()
  await dismiss(second?.id ?? '')
  expect(await proposals()).toEqual([])
})

test('prices of the project go before the table, and a file that can not be used is named', async () => {
  await commit({ '.orchestra/config.yaml': 'prices:\n  my-model: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 }\n' })
  const tokens = { input: 1_000_000, output: 1_000_000, cacheRead: 0, cacheWrite: 0 }
  const session = 'designer' as never
  const use = (model: string) => t.engine.report({ type: 'usage', session, request: randomUUID(), model, tokens, status: 200, window: null, at: new Date().toISOString() })
  await use('my-model')
  expect((await t.engine.snapshot()).state.sessions[0]?.usage.costUsd).toBe(3)
  await use('somebody-elses')
  expect((await t.engine.snapshot()).state.sessions[0]?.usage.costUsd).toBeNull()
  await commit({ '.orchestra/config.yaml': 'chekc: npm test\n' })
  expect((await t.engine.snapshot()).state.project.warnings.join()).toContain('chekc')
})
