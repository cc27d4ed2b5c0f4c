import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { agentPaths, dockerNames, fail, labels, limits, ok, problem, Sha, worktreePath } from '@orchestra/contracts'
import type { ProjectId, Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { objectFolders } from '../project.ts'

const DEADLINE_MS = 60_000
/** A large work tree is read as a whole. */
const SNAPSHOT_DEADLINE_MS = 5 * 60_000
const NAME = 40

type Asked = { session: SessionId; project: ProjectId; known: Sha[] }
type Mounted = { Type: 'bind' | 'volume'; Source: string; Target: string; ReadOnly: boolean }
type Helper = { entrypoint: string[]; mounts: Mounted[]; /** Words of the first line. */ names: number; deadlineMs: number; mostBytes: number; memoryMb: number }

// The private gitdir's own configuration is an agent's: it may run code, here, where there is nothing to reach.
const script = (known: Sha[]) => `cd ${agentPaths.git} && tip=$(git rev-parse --verify HEAD^0) && printf '%s\\n' "$tip" && printf '%s\\n' "$tip" ${known.map((sha) => `^${sha}`).join(' ')} | git pack-objects --revs --thin --stdout -q`

const helperBody = (ctx: Context, session: SessionId, image: string, h: Helper) => {
  const { install, owner, projectDir } = ctx.config
  const objects = objectFolders(projectDir).map((path) => ({ Type: 'bind' as const, Source: path, Target: path, ReadOnly: true }))
  return {
    name: dockerNames.container(install, `rescue-${randomUUID().slice(0, 8)}`),
    Image: image, Entrypoint: h.entrypoint, Cmd: [], User: `${owner.uid}:${owner.gid}`, WorkingDir: '/tmp', Env: ['HOME=/tmp'], NetworkDisabled: true as const,
    Labels: { [labels.install]: install },
    AttachStdout: true, AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none' as const, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'], ReadonlyRootfs: true, Init: true, PidsLimit: 128, Memory: h.memoryMb * 1024 * 1024,
      LogConfig: { Type: 'none', Config: {} }, Tmpfs: { '/tmp': 'rw,size=16777216' },
      Mounts: [...h.mounts, ...objects],
    },
  }
}

/** Splits the first line with its names off; the rest, bounded, is the pack. Resolves when the line is there, null when the stream ends before. */
const splitNames = (out: PassThrough, names: number, mostBytes: number): Promise<{ names: Sha[]; pack: Readable } | null> =>
  new Promise((resolve) => {
    const header = names * (NAME + 1)
    let head = Buffer.alloc(0)
    let bytes = 0
    const pack = new PassThrough()
    out.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > mostBytes) {
        pack.destroy(new Error('the pack is larger than allowed'))
        out.destroy()
        return
      }
      if (head.length >= header) {
        if (!pack.write(chunk)) { out.pause(); pack.once('drain', () => out.resume()) }
        return
      }
      head = Buffer.concat([head, chunk])
      if (head.length < header) return
      const read = head.subarray(0, header - 1).toString('latin1').split(' ').map((word) => Sha.safeParse(word))
      const found = read.flatMap((r) => (r.success ? [r.data] : []))
      resolve(found.length === names ? { names: found, pack } : null)
      pack.write(head.subarray(header))
    })
    out.on('end', () => { pack.end(); resolve(null) })
  })

const helpers = new WeakMap<Context, Map<SessionId, Set<Promise<void>>>>()
const running = (ctx: Context, session: SessionId): Set<Promise<void>> => {
  const all = helpers.get(ctx) ?? new Map<SessionId, Set<Promise<void>>>()
  helpers.set(ctx, all)
  const own = all.get(session) ?? new Set<Promise<void>>()
  all.set(session, own)
  return own
}

/** Resolves when no helper holds the session's volumes any more, or after the time. Its reader has what it wants before the helper is gone. */
export const helpersGone = async (ctx: Context, session: SessionId, ms: number): Promise<void> => {
  const late = new AbortController()
  await Promise.race([Promise.all(running(ctx, session)), sleep(ms, undefined, { signal: late.signal }).catch(() => undefined)]).finally(() => late.abort())
  if (running(ctx, session).size === 0) helpers.get(ctx)?.delete(session)
}

const runHelper = async (ctx: Context, { session, project }: Asked, h: Helper): Promise<Result<{ names: Sha[]; pack: Readable }>> => {
  const { config, engine } = ctx
  const volume = await engine.volumeLabels(dockerNames.gitVolume(config.install, session))
  if (!volume.ok) return volume
  if (volume.value?.[labels.install] !== config.install) return fail(problem('session_unknown', `The session ${session} has no git volume.`, { about: session }))
  const prepared = await ctx.prepare(project)
  if (!prepared.ok) return prepared
  const id = await engine.create(helperBody(ctx, session, prepared.value.image, h))
  if (!id.ok) return id
  if (id.value === null) return fail(problem('engine_failed', 'The name of the rescue container is taken.', { about: session }))
  const helper = id.value
  const done = Promise.withResolvers<void>()
  running(ctx, session).add(done.promise)
  const end = (): void => {
    void engine.remove(helper).then((r) => {
      if (!r.ok) console.error('spawner: rescue container stays', r.problem)
      running(ctx, session).delete(done.promise)
      done.resolve()
    })
  }
  const attached = await engine.attach(helper)
  if (!attached.ok) {
    end()
    return attached
  }
  const out = new PassThrough()
  const errors = new PassThrough()
  let said = ''
  errors.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000) })
  attached.value.split(out, errors)
  const deadline = setTimeout(() => attached.value.stream.destroy(), h.deadlineMs)
  attached.value.stream.on('close', () => {
    clearTimeout(deadline)
    out.end()
    end()
  })
  const started = await engine.start(helper)
  if (!started.ok) {
    attached.value.stream.destroy()
    return started
  }
  const split = await splitNames(out, h.names, h.mostBytes)
  return split === null ? fail(problem('git_failed', `The work of ${session} could not be read from its git volume.`, { about: session, detail: said })) : ok(split)
}

const gitVolume = (ctx: Context, session: SessionId, ReadOnly: boolean): Mounted => ({ Type: 'volume', Source: dockerNames.gitVolume(ctx.config.install, session), Target: agentPaths.git, ReadOnly })

/**
 * Commits of a session whose container is gone, as a thin pack against `known`, by a throw-away container on its git volume.
 * What comes is as untrusted as any pack of an agent.
 */
export const rescue = async (ctx: Context, asked: Asked): Promise<Result<{ tip: Sha; pack: Readable }>> => {
  const found = await runHelper(ctx, asked, {
    entrypoint: ['/bin/sh', '-c', script(asked.known)], mounts: [gitVolume(ctx, asked.session, true)], names: 1, deadlineMs: DEADLINE_MS, mostBytes: limits.pack, memoryMb: 1024,
  })
  if (!found.ok) return found
  const [tip] = found.value.names
  return tip === undefined ? fail(problem('git_failed', `${asked.session} has no commit.`, { about: asked.session })) : ok({ tip, pack: found.value.pack })
}

/** Its uncommitted work, as a snapshot on its HEAD: the worktree is read, its files stay as they are. */
export const rescueSnapshot = async (ctx: Context, asked: Asked): Promise<Result<{ sha: Sha; head: Sha; pack: Readable }>> => {
  const { home } = ctx.config
  const worktree: Mounted = { Type: 'bind', Source: worktreePath(home, asked.project, asked.session), Target: agentPaths.workspace, ReadOnly: true }
  const found = await runHelper(ctx, asked, {
    entrypoint: ['node', '/opt/orchestra/agentd/rescue.js', ...asked.known], mounts: [gitVolume(ctx, asked.session, false), worktree],
    names: 2, deadlineMs: SNAPSHOT_DEADLINE_MS, mostBytes: limits.snapshotPack, memoryMb: 2048,
  })
  if (!found.ok) return found
  const [sha, head] = found.value.names
  return sha === undefined || head === undefined ? fail(problem('git_failed', `${asked.session} has no snapshot.`, { about: asked.session })) : ok({ sha, head, pack: found.value.pack })
}
