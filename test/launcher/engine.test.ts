/** Which engines are taken, and what is said about the others. */
import { expect, test } from 'vitest'

import { freshFolder, shell } from './shell.ts'

const check = (version: string, before = '') => shell(freshFolder(), `${before} engine_version() { echo ${version}; }; engine_has_plugins() { :; }; engine_check_version`)

test('an engine below 26 is refused, with the reason', async () => {
  const { code, err } = await check('25.0.5')
  expect(err).toMatch(/25\.0\.5 is too old: 26 or newer/)
  expect(err).toMatch(/cannot mount a sub-folder of a volume/)
  expect(code).toBe(1)
})

test.each(['26.1.4', '27.3.1'])('%s works, with a word about loopback ports', async (version) => {
  const { code, err } = await check(version)
  expect(err).toMatch(/127\.0\.0\.1 can be reached by other machines/)
  expect(code).toBe(0)
})

test('28 and later are taken silently', async () => {
  expect(await check('28.5.2')).toEqual({ code: 0, out: '', err: '' })
})

test('an engine that is named and does not answer is no reason to install another', async () => {
  const { code, err } = await shell(freshFolder(), 'engine_explain_or_repair', { DOCKER_HOST: 'unix:///nonexistent.sock' })
  expect(err).toMatch(/no Docker engine answers at DOCKER_HOST/)
  expect(code).toBe(1)
})
