import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import { agentPaths, dockerNames, fail, labels, limits, ok, problem, Sha } from '@orchestra/contracts'
import type { ProjectId, Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { objectFolders } from '../project.ts'

const DEADLINE_MS = 60_000
const HEADER = 41

// The private gitdir's own configuration is an agent's: it may run code, here, where there is nothing to reach.
const script = (known: Sha[]) => `cd ${agentPaths.git} && tip=$(git rev-parse --verify HEAD^0) && printf '%s\\n' "$tip" && printf '%s\\n' "$tip" ${known.map((sha) => `^${sha}`).join(' ')} | git pack-objects --revs --thin --stdout -q`

const helperBody = (ctx: Context, session: SessionId, image: string, known: Sha[]) => {
  const { install, owner, projectDir } = ctx.config
  const objects = objectFolders(projectDir).map((path) => ({ Type: 'bind' as const, Source: path, Target: path, ReadOnly: true }))
  return {
    name: dockerNames.container(install, `rescue-${randomUUID().slice(0, 8)}`),
    Image: image, Entrypoint: ['/bin/sh', '-c', script(known)], Cmd: [], User: `${owner.uid}:${owner.gid}`, Env: ['HOME=/tmp'], NetworkDisabled: true as const,
    Labels: { [labels.install]: install },
    AttachStdout: true, AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none' as const, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'], ReadonlyRootfs: true, Init: true, PidsLimit: 128, Memory: 1024 * 1024 * 1024,
      LogConfig: { Type: 'none', Config: {} }, Tmpfs: { '/tmp': 'rw,size=16777216' },
      Mounts: [{ Type: 'volume' as const, Source: dockerNames.gitVolume(install, session), Target: agentPaths.git, ReadOnly: true }, ...objects],
    },
  }
}

/** Splits the tip's line off; the rest, bounded, is the pack. Resolves when the line is there, null when the stream ends before. */
const splitTip = (out: PassThrough): Promise<{ tip: Sha; pack: Readable } | null> =>
  new Promise((resolve) => {
    let head = Buffer.alloc(0)
    let bytes = 0
    const pack = new PassThrough()
    out.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limits.pack) {
        pack.destroy(new Error('the pack is larger than allowed'))
        out.destroy()
        return
      }
      if (head.length >= HEADER) {
        if (!pack.write(chunk)) { out.pause(); pack.once('drain', () => out.resume()) }
        return
      }
      head = Buffer.concat([head, chunk])
      if (head.length < HEADER) return
      const tip = Sha.safeParse(head.subarray(0, HEADER - 1).toString('latin1'))
      resolve(tip.success ? { tip: tip.data, pack } : null)
      pack.write(head.subarray(HEADER))
    })
    out.on('end', () => { pack.end(); resolve(null) })
  })

/**
 * Commits of a session whose container is gone, as a thin pack against `known`, by a throw-away container on its git volume.
 * What comes is as untrusted as any pack of an agent.
 */
export const rescue = async (ctx: Context, { session, project, known }: { session: SessionId; project: ProjectId; known: Sha[] }): Promise<Result<{ tip: Sha; pack: Readable }>> => {
  const { config, engine } = ctx
  const volume = await engine.volumeLabels(dockerNames.gitVolume(config.install, session))
  if (!volume.ok) return volume
  if (volume.value?.[labels.install] !== config.install) return fail(problem('session_unknown', `The session ${session} has no git volume.`, { about: session }))
  const prepared = await ctx.prepare(project)
  if (!prepared.ok) return prepared
  const id = await engine.create(helperBody(ctx, session, prepared.value.image, known))
  if (!id.ok) return id
  if (id.value === null) return fail(problem('engine_failed', 'The name of the rescue container is taken.', { about: session }))
  const helper = id.value
  const attached = await engine.attach(helper)
  if (!attached.ok) return attached
  const out = new PassThrough()
  const errors = new PassThrough()
  let said = ''
  errors.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000) })
  attached.value.split(out, errors)
  const end = setTimeout(() => attached.value.stream.destroy(), DEADLINE_MS)
  attached.value.stream.on('close', () => {
    clearTimeout(end)
    out.end()
    void engine.remove(helper).then((r) => { if (!r.ok) console.error('spawner: rescue container stays', r.problem) })
  })
  const started = await engine.start(helper)
  if (!started.ok) {
    attached.value.stream.destroy()
    return started
  }
  const split = await splitTip(out)
  return split === null ? fail(problem('git_failed', `The commits of ${session} could not be read from its git volume.`, { about: session, detail: said })) : ok(split)
}
