/** The project: its settings, its credential, and what its sessions hold on the disk. */
import { z } from 'zod'
import { Budget, ModelRule, ProviderTool } from './allowance.ts'
import { EgressMode, EgressRule, Registry } from './egress.ts'
import { ProjectId, SessionId, Sha, Timestamp } from './ids.ts'
import { PermissionMode, SessionStatus } from './session-view.ts'

export const ProjectSettings = z.object({
  setupCommand: z.string().max(4000).nullable(),
  checkCommand: z.string().max(4000).nullable(),
  /** Minutes after which a setup or check command that has not ended counts as failed. */
  checkMinutes: z.number().min(0.05).max(1440),
  /** Proposed from what the repository has, until a person confirms one. */
  checkProposal: z.string().nullable(),
  carry: z.array(z.string().max(400)).max(200),
  keepSpecsInGit: z.boolean(),
  maxSessions: z.number().int().min(1).max(64),
  memoryMb: z.number().int().min(256).max(262_144),
  cpus: z.number().min(0.25).max(64),
  pids: z.number().int().min(64).max(32_768),
  permissionMode: PermissionMode,
  /** What becomes of sessions whose container ended with the stack or the engine: they go on, or wait for a yes. */
  afterRestart: z.enum(['resume', 'ask']),
  /** Retention: events by age and size; deleted sessions by age, never one with anything unmerged. */
  keepEventsDays: z.number().int().min(1).max(36_500),
  keepEventsMb: z.number().int().min(10).max(1_000_000),
  keepSessionsDays: z.number().int().min(1).max(36_500),
  egress: EgressMode,
  egressAllow: z.array(EgressRule).max(200),
  /** Kept refused: nobody is asked again. */
  egressRefuse: z.array(EgressRule).max(200),
  /** Seconds that a question of an executor is with the designer before the person is asked. */
  escalateSeconds: z.number().int().min(0).max(3600),
  /** Minutes without any event after which a working session counts as stuck. */
  stuckMinutes: z.number().int().min(1).max(1440),
  /** What each session may ask of the model; see allowance.ts. */
  models: z.array(ModelRule).max(50),
  providerTools: z.array(ProviderTool),
  requestsPerMinute: z.number().int().min(1).max(10_000).nullable(),
  budgetUsd: Budget.shape.usd,
  budgetTokens: Budget.shape.tokens,
})
export type ProjectSettings = z.infer<typeof ProjectSettings>

/** What a session holds on the disk, in bytes. Null: not known now. */
export const DiskView = z.object({
  session: SessionId,
  title: z.string(),
  status: SessionStatus,
  /** Its folder on the host. */
  worktree: z.number().nullable(),
  /** Conversation, private git folder, home. */
  volumes: z.number().nullable(),
  /** Its uncommitted work of before, for diffs and restoring. */
  snapshots: z.number().nullable(),
  /** All of it is merged and nothing is uncommitted: deleting it gives the space back and loses nothing. */
  mergedWhole: z.boolean(),
})
export type DiskView = z.infer<typeof DiskView>
export const DiskUse = z.object({
  sessions: z.array(DiskView),
  /** Volumes of this installation whose session no row knows (a database that was restored from an older copy): never removed by themselves. */
  orphans: z.array(z.object({ session: SessionId, bytes: z.number() })),
})
export type DiskUse = z.infer<typeof DiskUse>

/** A limit of the credential: nothing is sent with it before `until`. */
export const CredentialLimit = z.object({
  text: z.string(),
  since: Timestamp,
  until: Timestamp,
})
export type CredentialLimit = z.infer<typeof CredentialLimit>

export const CredentialView = z.object({
  kind: z.enum(['none', 'api-key', 'subscription', 'scripted']),
  baseUrl: z.string(),
  /** Last four characters, never more. */
  hint: z.string(),
  /** What the last try with one real request said. */
  lastCheck: z.object({ ok: z.boolean(), text: z.string(), at: Timestamp }).nullable(),
  limit: CredentialLimit.nullable().default(null),
})
export type CredentialView = z.infer<typeof CredentialView>

export const ProjectView = z.object({
  id: ProjectId,
  name: z.string(),
  path: z.string(),
  /** Branch that the checkout is on; null when HEAD is detached. */
  branch: z.string().nullable(),
  head: Sha.nullable(),
  branches: z.array(z.string()),
  dirtyFiles: z.array(z.string()),
  settings: ProjectSettings,
  credential: CredentialView,
  /** What the credential's limit holds up, while there is one. */
  held: z.object({ sessions: z.array(SessionId), messages: z.number() }).nullable().default(null),
  /** Package registries that the tools in the sessions' image name; reached unless egress is closed. */
  registries: z.array(Registry),
  warnings: z.array(z.string()),
})
export type ProjectView = z.infer<typeof ProjectView>
