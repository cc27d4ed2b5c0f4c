/**
 * The spawner's verbs: POST /<verb> with JSON on the UNIX socket `paths.spawnerSocket`, answered with a `Reply` (subjects.ts).
 * A caller gives ids and bounded numbers, never a mount, an image, a capability or a network: the spawner builds every
 * HostConfig itself and acts only on what carries this installation's label. All verbs may be repeated.
 * GET /watch streams `ContainerFact` lines (ndjson): hints, the truth is `list`.
 * GET /image/log?run=ID streams a build's log.
 */
import { z } from 'zod'
import { Registry } from './egress.ts'
import { ProjectId, Role, RunId, SessionId, Sha } from './ids.ts'

export const CliVersion = z.string().max(60).regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/)

export const Resources = z.object({
  memoryMb: z.number().int().min(256).max(262_144),
  cpus: z.number().min(0.25).max(64),
  pids: z.number().int().min(64).max(32_768),
})
export type Resources = z.infer<typeof Resources>

const one = z.object({ session: SessionId })

export const ContainerFact = z.object({
  session: SessionId,
  state: z.enum(['created', 'running', 'paused', 'exited', 'missing']),
  exitCode: z.number().nullable(),
  oomKilled: z.boolean(),
  startedAt: z.string().nullable(),
})
export type ContainerFact = z.infer<typeof ContainerFact>

export const spawnerVerbs = {
  /** Creates and starts the session's container, or adopts it. Its folders (worktree, socket, seed) must exist. Reply: ContainerFact. */
  ensure: z.object({
    project: ProjectId,
    session: SessionId,
    role: Role,
    resources: Resources,
    paired: z.boolean(),
    /** Paths of submodules in the worktree, covered read-only; relative, no "..". */
    covers: z.array(z.string().max(400)).max(100),
    /** Version of the coding CLI: names an image that `orchestra cli` has built. Null: the agent image's own. */
    cli: CliVersion.nullable().default(null),
  }),
  /** SIGTERM, then SIGKILL after the grace. The container stays. Reply: ContainerFact. */
  stop: one.extend({ graceSeconds: z.number().int().min(0).max(60).default(10) }),
  pause: one,
  unpause: one,
  /** Removes the container; `volumes` also its git and home volumes (after import). Reply: {}. */
  remove: one.extend({ volumes: z.boolean() }),
  /** Reply: { containers: ContainerFact[], volumes: SessionId[] } */
  list: z.object({}),
  /** Last lines of the container's own output, at most 200. Reply: { text }. */
  logs: one.extend({ lines: z.number().int().min(1).max(200) }),
  /** Commits of a session whose container is gone, by a throw-away helper on its git volume. Reply: header `x-tip`, body a thin pack against `known`. */
  rescue: one.extend({ project: ProjectId, known: z.array(Sha).max(100) }),
  /** As `rescue`, for its uncommitted work: a snapshot commit of the worktree. Reply: headers `x-sha`, `x-head`, body a thin pack. */
  rescueSnapshot: one.extend({ project: ProjectId, known: z.array(Sha).max(100) }),
  /** Builds the project's agent image from text that a person approved. Reply: { image }. Log at /image/log. */
  buildImage: z.object({ project: ProjectId, run: RunId, dockerfile: z.string().max(64 * 1024) }),
  /** Asks the package managers in the project's agent image for their registries, in a throw-away container without network. Reply: ImageRegistries. */
  registries: z.object({ project: ProjectId }),
  /** Bytes of each session's volumes. Reply: { sizes: [{ session, bytes }] }; the engine looks through them now. */
  disk: z.object({}),
  /** Facts of the engine: memory for the cap, version for warnings. Reply: EngineFacts. */
  engine: z.object({}),
} as const
export type SpawnerVerb = keyof typeof spawnerVerbs

export const EngineFacts = z.object({ version: z.string(), memoryMb: z.number(), cpus: z.number(), arch: z.string(), diskFreeMb: z.number().nullable() })
export type EngineFacts = z.infer<typeof EngineFacts>

export const ImageRegistries = z.object({ image: z.string(), registries: z.array(Registry).max(100) })
export type ImageRegistries = z.infer<typeof ImageRegistries>
