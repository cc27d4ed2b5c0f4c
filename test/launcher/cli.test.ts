/** `orchestra cli`: what is remembered, and that a version that breaks what Orchestra leans on changes nothing. The engine is played; trying one for real is `orchestra cli VERSION`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { freshFolder, shell } from './shell.ts'

const stack = 'orchestra-p-00000000'
const engine = (run: string) => `project_find() { wanted=. project_dir=/p owner_uid=$(id -u) stack=${stack}; };
  engine_ensure() { :; }; images_ensure() { :; }; stack_environment() { ORCHESTRA_TAG=t; }; stack_build() { :; }; stack_runs() { false; };
  image_exists() { true; }; docker() { case "$1 \${2:-}" in 'run --rm') ${run} ;; esac; };`
const broken = `echo ' FAIL  |integration| test/cli-contract/agentd.itest.ts > ends politely: the last work is pushed'; echo 'AssertionError: expected [] to contain last.txt'; return 1`
const whole = `echo '      Tests  48 passed (48)'`
const file = (folder: string, name: string): string => { const path = join(folder, '.state/installs', stack, name); return existsSync(path) ? readFileSync(path, 'utf8') : '' }

test('a version that breaks a line is named with it, and nothing is taken', async () => {
  const folder = freshFolder()
  const { code, err } = await shell(folder, `${engine(broken)} cmd_cli 2.1.999`)
  expect(code).toBe(1)
  expect(err).toContain('ends politely: the last work is pushed')
  expect(err).toMatch(/Claude Code 2\.1\.999 does not do what Orchestra leans on; sessions keep \d+\.\d+\.\d+/)
  expect(file(folder, 'env')).not.toContain('2.1.999')
  expect(file(folder, 'cli-versions')).toBe('')
})

test('one that keeps them is remembered for new sessions, and its image for those that have it', async () => {
  const folder = freshFolder()
  const { code, out, err } = await shell(folder, `${engine(whole)} cmd_cli 2.1.999; cmd_cli`)
  expect(code, err).toBe(0)
  expect(out).toContain('Tests  48 passed')
  expect(out).toContain('New sessions will start with Claude Code 2.1.999')
  expect(out).toContain('Claude Code 2.1.999 for new sessions (chosen; the default is')
  expect(file(folder, 'env')).toContain('ORCHESTRA_CLI_VERSION=2.1.999')
  await shell(folder, `${engine(broken)} cmd_cli default`)
  expect(file(folder, 'env')).not.toContain('ORCHESTRA_CLI_VERSION')
  expect(file(folder, 'cli-versions')).toBe('2.1.999\n')
})

test('what is no version is refused before anything is built', async () => {
  for (const version of ['latest', '2.1', '2.1.0;id', '../x']) {
    const { code, err } = await shell(freshFolder(), `${engine(whole)} cmd_cli '${version}'`)
    expect(code).toBe(1)
    expect(err).toContain('is no version')
  }
})
