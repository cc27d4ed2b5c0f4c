/** A session as the page shows it, and what its status is derived from. */
import { z } from 'zod'
import { Budget } from './allowance.ts'
import { Actor, ProjectId, Role, SessionId, Sha, Timestamp } from './ids.ts'
import { Problem } from './problems.ts'

export const SessionStatus = z.enum([
  'queued', 'starting', 'setup', 'working', 'idle', 'waiting', 'dialog', 'stuck', 'paused', 'limited', 'interrupted', 'complete', 'failed', 'lost', 'archived', 'deleted',
])
export type SessionStatus = z.infer<typeof SessionStatus>

/** Who holds the answer that a waiting session, or an open question, waits for. */
export const WaitsFor = z.discriminatedUnion('kind', [z.object({ kind: z.literal('person') }), z.object({ kind: z.literal('designer') }), z.object({ kind: z.literal('session'), id: SessionId })])
export type WaitsFor = z.infer<typeof WaitsFor>

/** What a status is derived from, each with the time since when it is so; null: never seen. */
export const SessionFacts = z.object({
  container: z.object({ state: z.string(), at: Timestamp.nullable() }).nullable(),
  /** Its line to the relay. */
  link: z.object({ up: z.boolean(), at: Timestamp.nullable() }),
  cli: z.object({ state: z.string(), at: Timestamp.nullable() }).nullable(),
  lastHookAt: Timestamp.nullable(),
  lastTerminalAt: Timestamp.nullable(),
  dialogAt: Timestamp.nullable(),
  questionAt: Timestamp.nullable(),
  /** A command that failed again and again. */
  failing: z.object({ command: z.string(), times: z.number(), at: Timestamp }).nullable(),
})
export type SessionFacts = z.infer<typeof SessionFacts>

/** Steps of a start, in order; shown while starting and named when one fails. */
export const StartStep = z.enum(['branch', 'worktree', 'relay', 'container', 'setup', 'cli'])
export type StartStep = z.infer<typeof StartStep>

export const PermissionMode = z.enum(['bypass', 'ask'])
export type PermissionMode = z.infer<typeof PermissionMode>

/** Why a session is paused: a person said so, its budget is used up, the disk is nearly full, its worktree's .git was replaced. */
export const PausedBy = z.enum(['person', 'budget', 'disk', 'gitfile'])
export type PausedBy = z.infer<typeof PausedBy>

export const Tokens = z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() })
export type Tokens = z.infer<typeof Tokens>

export const Usage = z.object({
  tokens: Tokens,
  /** US dollars; null when a model has no price or a subscription pays. */
  costUsd: z.number().nullable(),
  /** A subscription's window, where the endpoint told it. */
  window: z.object({ used: z.number(), resetsAt: Timestamp.nullable() }).nullable(),
})
export type Usage = z.infer<typeof Usage>

export const DiffStat = z.object({ files: z.number(), added: z.number(), removed: z.number() })
export type DiffStat = z.infer<typeof DiffStat>

export const SessionView = z.object({
  id: SessionId,
  projectId: ProjectId,
  role: Role,
  title: z.string(),
  branch: z.string().nullable(),
  baseSha: Sha.nullable(),
  target: z.string().nullable(),
  /** Newest imported commit of the branch. */
  tip: Sha.nullable(),
  status: SessionStatus,
  /** One plain sentence about the status: what it waits for, why it is queued, which step failed. */
  statusText: z.string(),
  /** For `waiting`: whom it waits for. */
  waitsFor: WaitsFor.nullable().default(null),
  /** For `paused`: by what. */
  pausedBy: PausedBy.nullable().default(null),
  facts: SessionFacts.nullable().default(null),
  startStep: StartStep.nullable(),
  problem: Problem.nullable(),
  /** Where the host sees its files; null for the designer. */
  worktree: z.string().nullable(),
  paired: z.boolean(),
  permissionMode: PermissionMode,
  instructions: z.string(),
  createdBy: Actor,
  createdAt: Timestamp,
  /** Clock of the last event. */
  lastEventAt: Timestamp,
  /** Last sentence of the monitor: "Ran npm test: 34 passed". */
  lastActivity: z.string(),
  aheadBy: z.number(),
  behindBy: z.number(),
  diffStat: DiffStat,
  /** Grows with each new snapshot or import; a client that shows the diff loads it again. */
  diffVersion: z.number(),
  badges: z.array(z.string()),
  usage: Usage,
  /** Its own, or what the project gives each session. */
  budget: Budget,
  appliedToCheckout: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>
