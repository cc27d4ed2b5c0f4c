/** A container that runs one fixed script and is gone: no network, nothing mounted, what it prints bounded. */
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { dockerNames, fail, labels, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import type { Context } from './context.ts'

const DEADLINE_MS = 120_000
const MOST_BYTES = 64 * 1024

const body = ({ config }: Context, what: string, image: string, script: string, env: string[]) => ({
  name: dockerNames.container(config.install, `${what}-${randomUUID().slice(0, 8)}`),
  Image: image, Entrypoint: ['/bin/sh', '-c', script], Cmd: [], User: `${config.owner.uid}:${config.owner.gid}`, WorkingDir: '/tmp', Env: ['HOME=/tmp', ...env], NetworkDisabled: true as const,
  Labels: { [labels.install]: config.install },
  AttachStdout: true, AttachStderr: true,
  HostConfig: {
    NetworkMode: 'none' as const, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'], ReadonlyRootfs: true, Init: true, PidsLimit: 256, Memory: 1024 * 1024 * 1024,
    LogConfig: { Type: 'none', Config: {} }, Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=67108864' },
  },
})

/** What the script printed; what goes over the bound is dropped, and the deadline ends it. */
export const runThrowaway = async (ctx: Context, what: string, image: string, script: string, env: string[] = []): Promise<Result<string>> => {
  const { engine } = ctx
  const made = body(ctx, what, image, script, env)
  const id = await engine.create(made)
  if (!id.ok) return id
  if (id.value === null) return fail(problem('name_taken', `A container named ${made.name} is there already.`, { about: made.name }))
  const container = id.value
  try {
    const attached = await engine.attach(container)
    if (!attached.ok) return attached
    const { stream, split } = attached.value
    const chunks: Buffer[] = []
    let bytes = 0
    const out = new PassThrough().on('data', (chunk: Buffer) => {
      if (bytes < MOST_BYTES) chunks.push(chunk.subarray(0, MOST_BYTES - bytes))
      bytes += chunk.length
    })
    split(out, new PassThrough().resume())
    const closed = new Promise<void>((resolve) => { stream.once('close', resolve).once('end', resolve).once('error', () => stream.destroy()) })
    const end = setTimeout(() => stream.destroy(), DEADLINE_MS)
    const started = await engine.start(container)
    if (!started.ok) stream.destroy()
    await closed
    clearTimeout(end)
    return started.ok ? ok(Buffer.concat(chunks).toString('utf8')) : started
  } finally {
    const removed = await engine.remove(container)
    if (!removed.ok) console.error(`spawner: ${made.name} stays`, removed.problem)
  }
}
