import type { ProjectId } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import type { SettingsRow } from './rows.ts'
import { defaultMaxSessions, effectiveSettings, proposeCheck } from './settings.ts'

const unset: SettingsRow = { projectId: 'p' as ProjectId, setupCommand: null, checkCommand: null, checkMinutes: null, carry: null, keepSpecsInGit: null, maxSessions: null, memoryMb: null, cpus: null, pids: null, permissionMode: null, egress: null, egressAllow: null, egressRefuse: null, models: null, providerTools: null, requestsPerMinute: null, budgetUsd: null, budgetTokens: null, afterRestart: null, keepEventsDays: null, keepEventsMb: null, keepSessionsDays: null, escalateSeconds: null, stuckMinutes: null }
const engine = { version: '28.5', memoryMb: 16_384, cpus: 8, arch: 'x86_64', diskFreeMb: null }
const facts = { row: unset, config: {}, engine, checkProposal: 'npm test', carryFile: ['.env'], maxSessions: null }

test('as many sessions as fit the memory, eight at most, one at least', () => {
  expect([65_536, 8192, 1500].map((memoryMb) => defaultMaxSessions({ ...engine, memoryMb }, 2048))).toEqual([8, 3, 1])
})

test('a person\'s setting counts before the project\'s file, the file before a default', () => {
  expect(effectiveSettings(facts)).toMatchObject({ checkCommand: null, checkProposal: 'npm test', carry: ['.env'], maxSessions: 7, permissionMode: 'bypass', checkMinutes: 30 })
  expect(effectiveSettings({ ...facts, config: { check: 'make test', carry: [] } })).toMatchObject({ checkCommand: 'make test', checkProposal: null, carry: [] })
  expect(effectiveSettings({ ...facts, config: { check: 'make test' }, row: { ...unset, checkCommand: 'npm test', maxSessions: 2 } })).toMatchObject({ checkCommand: 'npm test', maxSessions: 2 })
})

test('"no checks" is an answer: nothing is proposed any more', () => {
  expect(effectiveSettings({ ...facts, row: { ...unset, checkCommand: '' } })).toMatchObject({ checkCommand: null, checkProposal: null })
})

test('checks are proposed from what the repository has', () => {
  const none = { testScript: null, has: () => false }
  expect(proposeCheck({ ...none, testScript: 'vitest run' })).toBe('npm test')
  expect(proposeCheck({ testScript: 'echo "Error: no test specified" && exit 1', has: (f) => f === 'Cargo.toml' })).toBe('cargo test')
  expect(proposeCheck(none)).toBeNull()
})
