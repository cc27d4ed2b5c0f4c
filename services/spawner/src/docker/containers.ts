/** Containers and volumes of the engine, with Results. Knows nothing of sessions. */
import { buffer } from 'node:stream/consumers'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Docker from 'dockerode'
import type { Result } from '@orchestra/contracts'
import { attempt, attemptUnless } from './problems.ts'

/** The part of `inspect` that decisions rest on. */
export type Inspected = {
  Id: string
  Name: string
  Image: string
  State: { Status: string; ExitCode: number; OOMKilled: boolean; StartedAt: string }
  Config: { Labels: Record<string, string>; User: string }
  HostConfig: {
    NetworkMode: string; CapDrop: string[] | null; CapAdd: string[] | null; SecurityOpt: string[] | null; Privileged: boolean; ReadonlyRootfs: boolean
    Binds: string[] | null; Mounts?: { Type: string; Source: string; Target: string; ReadOnly?: boolean; VolumeOptions?: { Subpath?: string } }[]
  }
}
/** What we create never has a network. The rest is written where it is decided (hostconfig.ts, prepare.ts, verbs/rescue.ts). */
export type NewContainer = { name: string; Image: string; NetworkDisabled: true; Labels?: Record<string, string>; HostConfig: { NetworkMode: 'none' } }
export type Listed = { Id: string; Names: string[]; Labels: Record<string, string> }

/**
 * Compose marks images that it builds with the stack that built them, and containers inherit that: a session would count as an
 * orphan of whichever stack was first and be removed with it.
 */
const notComposes = { 'com.docker.compose.project': '', 'com.docker.compose.service': '' }

export const containers = (docker: Docker) => ({
  inspect: async (id: string): Promise<Result<Inspected | null>> =>
    attemptUnless(404, null, 'looking at a container', id, async () => (await docker.getContainer(id).inspect()) as unknown as Inspected),

  /** The new id, or null when the name is taken. */
  create: async (body: NewContainer): Promise<Result<string | null>> =>
    attemptUnless(409, null, 'creating a container', body.name, async () => (await docker.createContainer({ ...body, Labels: { ...notComposes, ...body.Labels } } as Docker.ContainerCreateOptions)).id),

  start: async (id: string): Promise<Result<void>> =>
    attemptUnless(304, undefined, 'starting a container', id, async () => { await docker.getContainer(id).start() }),

  /** SIGTERM, then SIGKILL after `seconds`. */
  stop: async (id: string, seconds: number): Promise<Result<void>> =>
    attemptUnless(304, undefined, 'stopping a container', id, async () => { await docker.getContainer(id).stop({ t: seconds }) }),

  // 409: it already is paused (or no longer is); the state after it says what counts.
  pause: async (id: string): Promise<Result<void>> => attemptUnless(409, undefined, 'pausing a container', id, async () => { await docker.getContainer(id).pause() }),
  unpause: async (id: string): Promise<Result<void>> => attemptUnless(409, undefined, 'unpausing a container', id, async () => { await docker.getContainer(id).unpause() }),

  remove: async (id: string): Promise<Result<void>> => {
    const gone = await attemptUnless(404, undefined, 'removing a container', id, async () => { await docker.getContainer(id).remove({ force: true, v: true }) })
    // 409 here means that a removal is under way already: wait for its end, so that the name is free afterwards.
    if (gone.ok || !/already in progress/.test(gone.problem.detail ?? '')) return gone
    return attemptUnless(404, undefined, 'removing a container', id, async () => { await docker.getContainer(id).wait({ condition: 'removed' }) })
  },

  wait: async (id: string): Promise<Result<number>> =>
    attempt('waiting for a container', id, async () => ((await docker.getContainer(id).wait()) as { StatusCode: number }).StatusCode),

  list: async (label: string): Promise<Result<Listed[]>> =>
    attempt('listing containers', undefined, async () => (await docker.listContainers({ all: true, filters: { label: [label] } })) as Listed[]),

  /** Last lines of both outputs, in order, at most 64 KiB. */
  logs: async (id: string, lines: number): Promise<Result<string>> =>
    attempt('reading a container\'s output', id, async () => {
      const raw = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, follow: false })
      const both = new PassThrough()
      const text = buffer(both)
      const source = new PassThrough()
      docker.modem.demuxStream(source, both, both)
      source.end(raw)
      await finished(source)
      both.end()
      return (await text).toString('utf8').slice(-64 * 1024)
    }),

  createVolume: async (Name: string, Labels: Record<string, string>): Promise<Result<void>> =>
    attempt('creating a volume', Name, async () => { await docker.createVolume({ Name, Labels }) }),

  /** Labels, or null when there is no such volume. */
  volumeLabels: async (name: string): Promise<Result<Record<string, string> | null>> =>
    attemptUnless(404, null, 'looking at a volume', name, async () => (await docker.getVolume(name).inspect()).Labels ?? {}),

  removeVolume: async (name: string): Promise<Result<void>> =>
    attemptUnless(404, undefined, 'removing a volume', name, async () => { await docker.getVolume(name).remove() }),

  /** Every volume of the engine with its size; null where the engine does not know it. */
  volumeSizes: async (): Promise<Result<{ Name: string; Labels: Record<string, string> | null; bytes: number | null }[]>> =>
    attempt('measuring volumes', undefined, async () => {
      const { Volumes } = (await docker.df({ type: 'volume' } as never)) as unknown as { Volumes: { Name: string; Labels: Record<string, string> | null; UsageData?: { Size: number } }[] | null }
      return (Volumes ?? []).map(({ Name, Labels, UsageData }) => ({ Name, Labels, bytes: UsageData && UsageData.Size >= 0 ? UsageData.Size : null }))
    }),

  listVolumes: async (label: string): Promise<Result<{ Name: string; Labels: Record<string, string> }[]>> =>
    attempt('listing volumes', undefined, async () => (await docker.listVolumes({ filters: { label: [label] } })).Volumes),
})
export type Containers = ReturnType<typeof containers>
