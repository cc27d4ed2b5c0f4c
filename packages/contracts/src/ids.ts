/**
 * Names of things. Ids are safe in paths, Docker names, git refs and URLs; what a person typed is a title and is only data.
 */
import { z } from 'zod'

/** Slug of a project: folder name plus a short hash of its real path. */
export const ProjectId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/).brand<'ProjectId'>()
export type ProjectId = z.infer<typeof ProjectId>

/** Slug of a session, unique in an installation. Also its worktree folder's name and the default of its branch. */
export const SessionId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/).brand<'SessionId'>()
export type SessionId = z.infer<typeof SessionId>

/** UUID; messages are ordered by their `seq`, never by id. */
export const MessageId = z.uuid().brand<'MessageId'>()
export type MessageId = z.infer<typeof MessageId>

export const MergeId = z.uuid().brand<'MergeId'>()
export type MergeId = z.infer<typeof MergeId>

/** One execution of a command in a container: setup, checks, checks on a merged tree. */
export const RunId = z.uuid().brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

/** Git object name, sha1 format, always full. */
export const Sha = z.string().regex(/^[0-9a-f]{40}$/).brand<'Sha'>()
export type Sha = z.infer<typeof Sha>

/** ISO 8601 with offset, as Postgres' clock gave it. */
export const Timestamp = z.iso.datetime({ offset: true })
export type Timestamp = z.infer<typeof Timestamp>

export const Role = z.enum(['designer', 'executor', 'check'])
export type Role = z.infer<typeof Role>

/** Who did something. Every change has one. `person` carries the name signed in with (one person today: "owner"). */
export const Actor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), name: z.string().max(200) }),
  z.object({ kind: z.literal('session'), id: SessionId }),
  z.object({ kind: z.literal('system'), part: z.string().max(60) }),
])
export type Actor = z.infer<typeof Actor>
/** Whoever sat at a session's own terminal: its container says that somebody did, and nobody knows who. */
export const atTerminal = { kind: 'system', part: 'terminal' } as const satisfies Actor
export const isAtTerminal = (a: Actor): boolean => a.kind === 'system' && a.part === atTerminal.part
export const actorName = (a: Actor): string => (a.kind === 'person' ? a.name : a.kind === 'session' ? a.id : a.part)
