/** What sessions may reach, from the settings to the relay, and what they are refused, from the relay to the person. */
import { existsSync } from 'node:fs'
import type { SessionId } from '@orchestra/contracts'
import type { bus } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const [one, two] = ['csv-import', 'api'] as SessionId[] as [SessionId, SessionId]
let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
afterEach(() => t.stop())
beforeEach(async () => {
  t = await startEngine(await server.create())
  for (const name of [one, two]) await t.engine.dispatch('session.spawn', { name, instructions: 'x' }, { actor: owner })
  await t.engine.reconcileNow()
  await t.engine.settled()
})

const refused = (session: SessionId, host: string, more: Partial<Extract<bus.SessionReport, { type: 'egress-refused' }>> = {}) =>
  t.engine.report({ type: 'egress-refused', session, host, port: 443, reason: 'not listed', cause: 'unlisted', at: new Date().toISOString(), ...more })
const asked = async () => (await t.engine.snapshot()).state.attention.filter((a) => a.kind === 'egress')
const settings = async () => (await t.engine.snapshot()).state.project.settings
const decide = (session: SessionId, host: string, allow: boolean) => t.engine.dispatch('egress.decide', { session, host, allow }, { actor: owner })

test('the relay is told the registries of the image, and again when it may have been restarted', async () => {
  const policy = { mode: 'listed', allow: [], refuse: [], registries: ['npm.example', 'pip.example'] }
  expect(t.bus.egress).toEqual(policy)
  t.bus.egress = null
  await t.engine.reconcileNow()
  expect(t.bus.egress).toEqual(policy)
  expect((await t.engine.snapshot()).state.project.registries).toContainEqual({ tool: 'pip', host: 'pip.example' })
})

test('a change of the settings reaches the relay by itself', async () => {
  await t.engine.dispatch('settings.save', { egress: 'closed', egressAllow: ['*.docs.example'] }, { actor: owner })
  await t.engine.settled()
  expect(t.bus.egress).toMatchObject({ mode: 'closed', allow: ['*.docs.example'] })
})

test('a refused host is asked about once per session, and every refusal is on its timeline', async () => {
  for (let i = 0; i < 3; i++) await refused(one, 'evil.example')
  await refused(one, 'evil.example', { port: 8443 })
  await refused(two, 'evil.example')
  expect((await asked()).map((a) => [a.session, a.title, a.options])).toEqual([
    [one, 'csv-import wanted evil.example', ['Allow for this project', 'Keep refused']], [one, 'csv-import wanted evil.example:8443', expect.anything()], [two, 'api wanted evil.example', expect.anything()],
  ])
  expect((await t.engine.timeline(one, { limit: 50 })).entries.filter((e) => e.text.startsWith('Could not reach'))).toHaveLength(4)
})

test('allowed for the project: the relay knows, every session that asked is told, and nobody is asked again', async () => {
  await refused(one, 'docs.example')
  await refused(two, 'docs.example')
  expect(await decide(one, 'docs.example', true)).toMatchObject({ ok: true })
  await t.engine.settled()
  expect(t.bus.egress).toMatchObject({ allow: ['docs.example'] })
  expect(await asked()).toEqual([])
  for (const session of [one, two]) expect(t.bus.inbox.find((i) => i.session === session)?.item.delivery).toMatchObject({ voice: 'system', text: expect.stringContaining('docs.example') as string })
  await refused(two, 'docs.example')
  expect(await asked()).toEqual([])
  expect(await decide(two, 'docs.example', false)).toMatchObject({ ok: false, problem: { code: 'already_answered' } })
})

test('kept refused: on the list of refused hosts, for all sessions', async () => {
  await refused(one, 'evil.example')
  await decide(one, 'evil.example', false)
  expect(await settings()).toMatchObject({ egressAllow: [], egressRefuse: ['evil.example'] })
  await refused(two, 'evil.example')
  expect(await asked()).toEqual([])
})

test('nobody is asked where a yes would open nothing, or where no rule can name it', async () => {
  await refused(one, 'rebound.example', { cause: 'address' })
  await refused(one, 'x.example', { cause: 'closed' })
  for (const host of ['*', '*.example', '\u202emoc.live', '::1', `${'a'.repeat(290)}.example`]) await refused(one, host)
  expect((await asked()).map((a) => a.title)).toEqual([`csv-import wanted ${'a'.repeat(290)}.example`])
  await t.engine.dispatch('settings.save', { egress: 'closed' }, { actor: owner })
  expect(await asked()).toEqual([])
})

test('a session that wants everything fills neither the list nor the page', async () => {
  for (let i = 0; i < 40; i++) await refused(one, `h${i}.example`)
  expect(await asked()).toHaveLength(10)
})

test('agents decide nothing, and only what was asked for is decided', async () => {
  await refused(one, 'evil.example')
  expect(await t.engine.dispatch('egress.decide', { session: one, host: 'evil.example', allow: true }, { actor: { kind: 'session', id: one } })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(await decide(one, 'other.example', true)).toMatchObject({ ok: false, problem: { code: 'not_found' } })
})

test('a setup command waits until the relay knows the registries of its image', async () => {
  await t.stop()
  const asked = Promise.withResolvers<void>()
  t = await startEngine(await server.create(), ({ runtime }) => {
    const { registries } = runtime
    runtime.registries = async (project) => { await asked.promise; return registries(project) }
  })
  await t.engine.dispatch('settings.save', { setupCommand: 'npm ci' }, { actor: owner })
  await t.engine.dispatch('session.spawn', { name: 'api', instructions: 'x' }, { actor: owner })
  await expect.poll(() => t.runtime.ensured.some((e) => e.session === two)).toBe(true)
  // The seed is what lets it go on. Nothing tells that it waits, so this looks for as long as a start takes.
  await expect(vi.waitUntil(() => existsSync(t.seed(two)), 4000)).rejects.toThrow()
  asked.resolve()
  await t.engine.settled()
  expect(existsSync(t.seed(two))).toBe(true)
  expect(t.bus.egress).toMatchObject({ registries: ['npm.example', 'pip.example'] })
})
