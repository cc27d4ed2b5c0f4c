/** Runs one vitest project and reads its count from its own JSON report. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'

import { type Count, program, root, type Suite } from './suite.ts'

type Assertion = { status: string; fullName: string }
type Report = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number; testResults: { name: string; status: string; assertionResults: Assertion[] }[] }

const failuresOf = ({ testResults }: Report): string[] =>
  testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((a) => a.status === 'failed').map((a) => `${relative(root, name)}: ${a.fullName}`)
    return failed.length > 0 || status !== 'failed' ? failed : [relative(root, name)]
  })

/** A file that cannot even be loaded has no failed test of its own: it counts as one failure. */
function countOf(report: Report, code: number): Count {
  const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0, code === 0 ? 0 : 1)
  const failures = failuresOf(report)
  return { passed: report.numPassedTests, failed, failures: failures.length > 0 || failed === 0 ? failures : [`vitest exited with ${code}`] }
}

export const vitest = (project: 'unit' | 'integration', env: Record<string, string> = {}): Suite => ({
  name: project,
  run: async () => {
    const folder = join(root, 'test-results')
    const file = join(folder, `${project}.json`)
    await mkdir(folder, { recursive: true })
    await rm(file, { force: true })
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { code } = await program(process.execPath, args, env)
    if (!existsSync(file)) return { passed: 0, failed: 1, failures: [`${project}: vitest left no report (exit ${code})`] }
    return countOf(JSON.parse(await readFile(file, 'utf8')) as Report, code)
  },
})
