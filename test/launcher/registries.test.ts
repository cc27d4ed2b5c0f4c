/** The operator's own package registries, as they are carried to agents. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { freshFolder, shell } from './shell.ts'

const script = 'registries_find; echo "[$ORCHESTRA_NPM_REGISTRY] [$ORCHESTRA_PIP_INDEX] [$ORCHESTRA_GOPROXY]"'
const none = { npm_config_registry: '', NPM_CONFIG_REGISTRY: '', PIP_INDEX_URL: '', GOPROXY: '', GOENV: '', PIP_CONFIG_FILE: '/dev/null', npm_config_userconfig: '/dev/null', npm_config_globalconfig: '/dev/null' }

test('where nothing is set, nothing is carried', async () => {
  const folder = freshFolder()
  expect((await shell(folder, script, { ...none, HOME: folder })).out).toBe('[] [] []\n')
})

test('what is set is carried, without name and password', async () => {
  const folder = freshFolder()
  const env = { ...none, HOME: folder, npm_config_registry: 'https://ada:secret@npm.example/path/', PIP_INDEX_URL: 'http://pip.example:8080/simple', GOPROXY: 'https://x:y@go.example,direct' }
  expect((await shell(folder, script, env)).out).toBe('[https://npm.example/path/] [http://pip.example:8080/simple] [https://go.example,direct]\n')
})

test('npm\'s own settings count, its tokens stay', async () => {
  const folder = freshFolder()
  mkdirSync(join(folder, 'home'))
  writeFileSync(join(folder, 'home/.npmrc'), 'registry=https://npm.example/\n//npm.example/:_authToken=secret\n')
  const { out } = await shell(folder, `have() { [ "$1" = npm ]; }; ${script}; env`, { ...none, HOME: join(folder, 'home'), npm_config_userconfig: '' })
  expect(out).toMatch(/^\[https:\/\/npm\.example\/\] \[\] \[\]\n/)
  expect(out).not.toContain('secret')
})
