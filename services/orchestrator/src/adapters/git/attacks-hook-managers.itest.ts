/**
 * The real hook managers whose rules lie in the tree: the person's commit in a session's worktree runs the
 * rules and scripts of the person's own branch.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeRig, type Rig, type Twin } from './testing/rig.ts'

const onPath = (name: string): string | null => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim() || null
/** Set up by scripts/prepare.sh where there is Python; a dependency of the tests where there is a build of it. */
const preCommit = process.env['PRE_COMMIT_PATH'] || onPath('pre-commit')
const built = join(import.meta.dirname, `../../../../../node_modules/lefthook-${process.platform}-${process.arch}/bin/lefthook`)
const lefthook = existsSync(built) ? built : onPath('lefthook')

let rig: Rig
let log: string
beforeEach(() => { rig = makeRig(); log = join(rig.root, 'log') })
afterEach(() => rig.remove())

const logged = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
const script = (word: string): string => `#!/bin/sh\necho ${word} "$@" >>'${log}'\n`
/** As the person: in the worktree, with the machine's programs. */
const commit = (u: Twin, more: Record<string, string> = {}): { status: number | null; stderr: string; stdout: string } =>
  spawnSync('git', ['commit', '-qm', 'by hand'], { cwd: u.spec.path, encoding: 'utf8', env: { ...process.env, HOME: rig.home, GIT_CONFIG_NOSYSTEM: '1', PRE_COMMIT_HOME: join(rig.root, 'cache'), LEFTHOOK_BIN: lefthook ?? '', ...more } })
const started = async (name: string): Promise<Twin> => { rig.repo = rig.again(); return rig.session(name) }

it.skipIf(preCommit === null)('pre-commit runs the rules and scripts of the person\'s branch, and leaves out what the worktree decides', async () => {
  rig.commit({
    '.pre-commit-config.yaml': `repos:\n- repo: local\n  hooks:\n  - { id: own, name: own, language: system, entry: sh -c "echo rule >>'${log}'", pass_filenames: false, always_run: true }\n  - { id: script, name: script, language: script, entry: scripts/check.sh }\n  - { id: tests, name: tests, language: system, entry: npm test }\n`,
    'scripts/check.sh': `#!/bin/sh\n. ./scripts/lib.sh\nsay "$@"\n`, 'scripts/lib.sh': `say() { echo script "$@" >>'${log}'; }\n`, 'package.json': '{}',
  })
  execFileSync('chmod', ['+x', join(rig.project, 'scripts/check.sh')])
  rig.person.git('commit', '-qam', 'executable')
  execFileSync(preCommit ?? '', ['install'], { cwd: rig.project, env: { ...process.env, HOME: rig.home } })
  const u = await started('managed')
  for (const path of ['scripts/check.sh', 'scripts/lib.sh', 'pre_commit/__init__.py', 'pre_commit/main.py', 'sitecustomize.py', 'json.py']) u.write(path, path.endsWith('.py') ? `open(${JSON.stringify(log)}, "a").write("evil\\n")\n` : script('evil'))
  u.write('.pre-commit-config.yaml', `repos:\n- repo: local\n  hooks:\n  - { id: evil, name: evil, language: system, entry: sh -c "echo evil >>'${log}'", pass_filenames: false, always_run: true }\n`)
  u.write('package.json', `{ "scripts": { "test": "echo evil >>'${log}'" } }`)
  appendFileSync(join(u.spec.path, 'src/a.txt'), 'four\n')
  u.host.git('add', 'src/a.txt')
  const made = commit(u)
  expect(made.status, made.stderr + made.stdout).toBe(0)
  expect(logged()).toEqual(['rule', 'script src/a.txt'])
  expect(made.stderr).toContain('left out what takes its orders from this worktree: tests (npm)')
  // Who has read the agent's rules may run them.
  u.host.git('add', '-A')
  commit(u, { ORCHESTRA_RUN_HOOKS: '1' })
  expect(logged()).toContain('evil')
})

it.skipIf(lefthook === null)('lefthook runs the rules and scripts of the person\'s branch; no lefthook-local.yml of the worktree is laid over them', async () => {
  rig.commit({
    'lefthook.yml': `extends: [more/rules.yml]\npre-commit:\n  commands:\n    own: { run: "echo rule {staged_files} >>'${log}'; cat {staged_files} >>'${log}'" }\n    script: { run: "./scripts/check.sh {staged_files}" }\n    lint: { run: "npx eslint {staged_files}" }\n    fix: { glob: "*.md", run: "printf fixed >> {staged_files}", stage_fixed: true }\n  scripts:\n    deep.sh: { runner: sh }\n`,
    'more/rules.yml': `pre-commit:\n  commands:\n    more: { root: src/, run: "pwd >>'${log}'" }\n`,
    'scripts/check.sh': script('script'), '.lefthook/pre-commit/deep.sh': script('deep'),
  })
  execFileSync('chmod', ['+x', join(rig.project, 'scripts/check.sh')])
  rig.person.git('commit', '-qam', 'executable')
  execFileSync(lefthook ?? '', ['install'], { cwd: rig.project, env: { ...process.env, HOME: rig.home } })
  const u = await started('managed')
  const evil = `pre-commit:\n  commands:\n    own: { run: "echo evil >>'${log}'" }\n    evil: { run: "echo evil >>'${log}'" }\n`
  for (const path of ['lefthook.yml', 'lefthook-local.yml', '.lefthook-local.yml', 'LEFTHOOK-local.yml', '.config/lefthook.yml', 'more/rules.yml']) u.write(path, evil)
  u.write('scripts/check.sh', script('evil'))
  u.write('.lefthook/pre-commit/deep.sh', script('evil'))
  u.write('node_modules/lefthook/bin/index.js', script('evil'))
  appendFileSync(join(u.spec.path, 'src/a.txt'), 'four\n')
  writeFileSync(join(u.spec.path, 'new.md'), 'new ')
  u.host.git('add', '-A')
  appendFileSync(join(u.spec.path, 'src/a.txt'), 'not staged\n')
  const made = commit(u)
  expect(made.status, made.stderr + made.stdout).toBe(0)
  expect(logged()).not.toContain('evil')
  expect(logged().sort()).toEqual(expect.arrayContaining([expect.stringMatching(/^rule .*src\/a\.txt/), expect.stringMatching(/^script .*src\/a\.txt/), 'deep', 'not staged', join(u.spec.path, 'src')]))
  expect(made.stderr).toContain('lint (npx)')
  expect(u.host.git('show', 'HEAD:new.md')).toBe('new fixed')
  expect(readFileSync(join(u.spec.path, 'src/a.txt'), 'utf8')).toContain('not staged')
  expect(readFileSync(join(rig.project, '.git/worktrees/managed/orchestra-hooks/pre-commit'), 'utf8')).toContain('Made by Orchestra')
})
