/** Settings that count: what a person set in the page, else the project's configuration, else a default. */
import type { EngineFacts, Price, ProjectSettings } from '@orchestra/contracts'
import type { SettingsRow } from './rows.ts'

/** `.orchestra/config.yaml` as it stands on the target branch. */
export type ProjectConfig = { setup?: string | null; check?: string | null; checkMinutes?: number; carry?: string[]; keepSpecsInGit?: boolean; prices?: Record<string, Price> }

const defaults = { memoryMb: 2048, cpus: 2, pids: 2048, checkMinutes: 30, keepEventsDays: 90, keepEventsMb: 1000, keepSessionsDays: 30, escalateSeconds: 60, stuckMinutes: 15 } as const
const mostByDefault = 8
/** Left to the services and the machine. */
const keptFreeMb = 1024

/** As many as fit the engine's memory, each with what a session may use; at least one, at most eight. */
export const defaultMaxSessions = (engine: EngineFacts | null, memoryMb: number): number =>
  engine ? Math.max(1, Math.min(mostByDefault, Math.floor((engine.memoryMb - keptFreeMb) / memoryMb))) : 4

/** On a small machine a session gets less, so that at least two fit. */
const defaultMemoryMb = (engine: EngineFacts | null): number =>
  engine ? Math.max(512, Math.min(defaults.memoryMb, Math.floor((engine.memoryMb - keptFreeMb) / 2))) : defaults.memoryMb

export const effectiveSettings = (x: { row: SettingsRow; config: ProjectConfig; engine: EngineFacts | null; checkProposal: string | null; carryFile: string[]; maxSessions: number | null }): ProjectSettings => {
  const { row, config, engine } = x
  const memoryMb = row.memoryMb ?? defaultMemoryMb(engine)
  const checkCommand = row.checkCommand ?? config.check ?? null
  return {
    setupCommand: (row.setupCommand ?? config.setup) || null,
    checkCommand: checkCommand || null,
    checkMinutes: row.checkMinutes ?? config.checkMinutes ?? defaults.checkMinutes,
    checkProposal: checkCommand === null ? x.checkProposal : null,
    carry: row.carry ?? config.carry ?? x.carryFile,
    keepSpecsInGit: row.keepSpecsInGit ?? config.keepSpecsInGit ?? false,
    maxSessions: row.maxSessions ?? x.maxSessions ?? defaultMaxSessions(engine, memoryMb),
    memoryMb,
    cpus: row.cpus ?? Math.min(defaults.cpus, engine?.cpus ?? defaults.cpus),
    pids: row.pids ?? defaults.pids,
    permissionMode: row.permissionMode ?? 'bypass',
    keepEventsDays: row.keepEventsDays ?? defaults.keepEventsDays,
    keepEventsMb: row.keepEventsMb ?? defaults.keepEventsMb,
    keepSessionsDays: row.keepSessionsDays ?? defaults.keepSessionsDays,
    afterRestart: row.afterRestart ?? 'resume',
    egress: row.egress ?? 'listed',
    egressAllow: row.egressAllow ?? [],
    egressRefuse: row.egressRefuse ?? [],
    escalateSeconds: row.escalateSeconds ?? defaults.escalateSeconds,
    stuckMinutes: row.stuckMinutes ?? defaults.stuckMinutes,
    models: row.models ?? [],
    providerTools: row.providerTools ?? [],
    requestsPerMinute: row.requestsPerMinute,
    budgetUsd: row.budgetUsd,
    budgetTokens: row.budgetTokens,
  }
}

/** What a repository of that kind is usually checked with, by the files at its top. `testScript`: of package.json. */
export const proposeCheck = (found: { testScript: string | null; has: (name: string) => boolean }): string | null => {
  if (found.testScript && !found.testScript.includes('no test specified')) return 'npm test'
  if (found.has('Cargo.toml')) return 'cargo test'
  if (found.has('go.mod')) return 'go test ./...'
  if (found.has('pyproject.toml') || found.has('pytest.ini') || found.has('setup.py')) return 'python3 -m pytest'
  if (found.has('Makefile')) return 'make test'
  return null
}
