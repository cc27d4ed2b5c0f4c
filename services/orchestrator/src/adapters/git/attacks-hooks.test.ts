/** Hooks whose text or rules lie in the tree, where agents write: the person's own commit in a worktree must not run them. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeRig, type Rig } from './testing/rig.ts'

let rig: Rig
beforeEach(() => { rig = makeRig() })
afterEach(() => rig.remove())

it('hooks in the tree run from the copy of the person\'s own, also husky\'s generated ones', async () => {
  const log = join(rig.root, 'hook-log')
  const hook = (word: string): string => `#!/bin/sh\necho ${word} >> ${log}\n`
  rig.commit({ '.husky/pre-commit': hook('trusted'), '.gitignore': '.husky/_\n' })
  rig.write('.husky/_/pre-commit', '#!/bin/sh\nsh "$(dirname "$(dirname "$0")")/pre-commit"\n')
  chmodSync(join(rig.project, '.husky/_/pre-commit'), 0o755)
  rig.person.git('config', 'core.hooksPath', '.husky/_')
  rig.repo = rig.again()
  const u = await rig.session('hooked')
  u.write('.husky/_/pre-commit', hook('evil'))
  chmodSync(join(u.spec.path, '.husky/_/pre-commit'), 0o755)
  const tip = u.commit({ '.husky/pre-commit': hook('evil') })
  expect(await u.import(tip)).toMatchObject({ kind: 'imported', flags: ['hook'] })
  u.host.git('commit', '-qm', 'person', '--allow-empty')
  expect(readFileSync(log, 'utf8')).toBe('trusted\n')
  rig.person.git('commit', '-qm', 'person', '--allow-empty')
  expect(readFileSync(log, 'utf8')).toBe('trusted\ntrusted\n')
})

/** As husky 9 generates it. */
const husky9 = `#!/usr/bin/env sh
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n

[ ! -f "$s" ] && exit 0

export PATH="node_modules/.bin:$PATH"
sh -e "$s" "$@"
c=$?
exit $c
`

it('husky\'s own start takes programs from the checkout\'s modules, not from the worktree\'s', async () => {
  const log = join(rig.root, 'hook-log')
  rig.commit({ '.husky/pre-commit': 'lint-words\n./scripts/check.sh\n', 'scripts/check.sh': `#!/bin/sh\necho script >> ${log}\n`, '.gitignore': '.husky/_\nnode_modules\n' })
  chmodSync(join(rig.project, 'scripts/check.sh'), 0o755)
  rig.person.git('commit', '-qam', 'executable', '--no-verify')
  rig.write('.husky/_/h', husky9)
  rig.write('.husky/_/pre-commit', '#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
  rig.write('node_modules/.bin/lint-words', `#!/bin/sh\necho linted >> ${log}\n`)
  for (const path of ['.husky/_/pre-commit', 'node_modules/.bin/lint-words']) chmodSync(join(rig.project, path), 0o755)
  rig.person.git('config', 'core.hooksPath', '.husky/_')
  rig.repo = rig.again()
  const u = await rig.session('hooked')
  for (const path of ['node_modules/.bin/sh', 'node_modules/.bin/lint-words', 'scripts/check.sh', 'sh']) { u.write(path, `#!/bin/sh\necho evil >> ${log}\n`); chmodSync(join(u.spec.path, path), 0o755) }
  u.host.git('commit', '-qm', 'person', '--allow-empty')
  expect(readFileSync(log, 'utf8')).toBe('linted\nscript\n')
})

it('a hook that starts what the worktree\'s manifests say is held back, and says so', async () => {
  rig.commit({ '.husky/pre-commit': 'npx lint-staged\n', 'package.json': '{}' })
  chmodSync(join(rig.project, '.husky/pre-commit'), 0o755)
  rig.person.git('config', 'core.hooksPath', '.husky')
  rig.repo = rig.again()
  const u = await rig.session('hooked')
  u.write('package.json', '{ "lint-staged": { "*": "touch evil" } }')
  const made = spawnSync('git', ['commit', '-qm', 'person', '--allow-empty'], { cwd: u.spec.path, encoding: 'utf8' })
  expect(made.status, made.stderr).toBe(0)
  expect(made.stderr).toContain('the hook pre-commit was not run: npx takes its orders from this worktree')
})

it('the branch of another session is no branch whose hooks count', async () => {
  const log = join(rig.root, 'hook-log')
  mkdirSync(join(rig.project, '.git/hooks'), { recursive: true })
  writeFileSync(join(rig.project, '.git/hooks/pre-commit'), '#!/bin/sh\n./check.sh\n', { mode: 0o755 })
  rig.repo = rig.again()
  const first = await rig.session('first')
  expect(await first.import(first.commit({ 'check.sh': `#!/bin/sh\necho evil >> ${log}\n` }))).toMatchObject({ kind: 'imported' })
  rig.person.git('checkout', '-q', '-b', 'own')
  rig.person.git('checkout', '-q', '--ignore-other-worktrees', 'first')
  const u = await rig.session('second')
  const made = spawnSync('git', ['commit', '-qm', 'person', '--allow-empty'], { cwd: u.spec.path, encoding: 'utf8' })
  expect(made.stderr).toContain('the hook pre-commit was not run: ./check.sh takes its orders')
  expect(existsSync(log)).toBe(false)
})

it('a hook manager whose rules the person\'s branch does not have is held back, says so, and other hooks run', async () => {
  const log = join(rig.root, 'hook-log')
  const put = (name: string, text: string): void => { mkdirSync(join(rig.project, '.git/hooks'), { recursive: true }); writeFileSync(join(rig.project, '.git/hooks', name), text); chmodSync(join(rig.project, '.git/hooks', name), 0o755) }
  put('pre-commit', `#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\necho managed >> ${log}\n`)
  put('commit-msg', `#!/bin/sh\necho own >> ${log}\n`)
  rig.repo = rig.again()
  const u = await rig.session('managed')
  u.write('.pre-commit-config.yaml', 'repos: [{ repo: local, hooks: [{ id: x, name: x, language: system, entry: ./evil.sh }] }]\n')
  const made = spawnSync('git', ['commit', '-qm', 'person', '--allow-empty'], { cwd: u.spec.path, encoding: 'utf8' })
  expect(made.stderr).toContain('pre-commit was not run')
  expect(made.status).toBe(0)
  expect(readFileSync(log, 'utf8')).toBe('own\n')
  // In the person's own checkout all is as ever.
  rig.person.git('commit', '-qm', 'person', '--allow-empty')
  expect(readFileSync(log, 'utf8')).toBe('own\nmanaged\nown\n')
})

it('a project without such hooks keeps its configuration as it is', async () => {
  const before = readFileSync(join(rig.project, '.git/config'), 'utf8')
  await rig.session('plain')
  expect(readFileSync(join(rig.project, '.git/config'), 'utf8')).toBe(before)
  expect(existsSync(join(rig.project, '.git/worktrees/plain/config.worktree'))).toBe(false)
})
