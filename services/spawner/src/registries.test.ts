import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ASK_TOOLS, readAnswers } from './registries.ts'

let tools: string
beforeEach(() => { tools = mkdtempSync(join(tmpdir(), 'registries-')) })
afterEach(() => rmSync(tools, { recursive: true }))

const tool = (name: string, script: string) => {
  writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(tools, name), 0o755)
}
const run = (command: string): string => execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' }).trim()
/** Only the tools of this test, and what sh itself needs. */
const answers = (env: Record<string, string> = {}) => {
  for (const name of ['sh', 'timeout', 'dirname', 'readlink', 'grep', 'cut', 'cat']) tool(name, `exec ${run(`command -v ${name}`)} "$@"`)
  return readAnswers(execFileSync('/bin/sh', ['-c', ASK_TOOLS], { encoding: 'utf8', env: { PATH: tools, HOME: tools, ...env } }))
}
const python = run('python3 -c "import pip, sys; print(sys.executable)" 2>/dev/null || true')

test('each tool that is there is asked; one that fails says nothing', () => {
  tool('npm', 'echo https://npm.example/path/')
  tool('go', 'echo "https://proxy.example,direct"; echo sum.example')
  tool('yarn', 'echo "downloading" >&2; exit 1')
  expect(answers()).toEqual([{ tool: 'npm', host: 'npm.example' }, { tool: 'go', host: 'proxy.example' }, { tool: 'go', host: 'sum.example' }])
})
test.skipIf(python === '')('pip tells what is configured, and its own default where nothing is', () => {
  tool('python3', `exec ${python} "$@"`)
  expect(answers({ PIP_INDEX_URL: 'http://mirror.example:8080/simple', PIP_CONFIG_FILE: '/dev/null' })).toEqual([{ tool: 'pip', host: 'mirror.example:8080' }])
  expect(answers({ PIP_CONFIG_FILE: '/dev/null' })).toHaveLength(2)
})
test('cargo\'s index is in its binary or its configuration', () => {
  tool('cargo', '# "sparse+https://index.example/"')
  expect(answers()).toEqual([{ tool: 'cargo', host: 'index.example' }])
})
test('only hosts come out', () => {
  expect(readAnswers('npm https://user:secret@npm.example:8443/x?token=1\nnpm undefined\ngo direct off https://[::1]:3000 http://10.0.0.5:4873\nEVIL https://evil.example\npip a..b ../../etc * *.example.com -x\npip file:///etc/passwd')).toEqual([
    { tool: 'npm', host: 'npm.example:8443' }, { tool: 'go', host: '[::1]:3000' }, { tool: 'go', host: '10.0.0.5:4873' },
  ])
  expect(readAnswers(Array.from({ length: 500 }, (_, i) => `npm https://h${i}.example`).join('\n'))).toHaveLength(100)
})
