/** The one place that speaks to the Docker engine. */
import Docker from 'dockerode'
import type { Readable } from 'node:stream'
import type { Result } from '@orchestra/contracts'
import { containers } from './containers.ts'
import { images } from './images.ts'
import { attempt } from './problems.ts'

export type Engine = ReturnType<typeof connectEngine>

export const connectEngine = (socketPath: string) => {
  const docker = new Docker({ socketPath })
  return {
    ...containers(docker),
    images: images(docker),
    info: async (): Promise<Result<{ ServerVersion: string; MemTotal: number; NCPU: number; Architecture: string }>> =>
      attempt('asking for its facts', undefined, async () => await docker.info()),
    /** Lines of JSON, as long as the engine keeps the connection. */
    events: async (label: string, actions: string[]): Promise<Result<Readable>> =>
      attempt('watching events', undefined, async () => (await docker.getEvents({ filters: { type: ['container'], label: [label], event: actions } })) as Readable),
    /** Output of a container from its start, both streams apart. Attach before it starts. */
    attach: async (id: string): Promise<Result<{ stream: Readable; split: (out: NodeJS.WritableStream, err: NodeJS.WritableStream) => void }>> =>
      attempt('reading a container', id, async () => {
        const stream = (await docker.getContainer(id).attach({ stream: true, stdout: true, stderr: true })) as unknown as Readable
        return { stream, split: (out, err) => docker.modem.demuxStream(stream, out, err) }
      }),
  }
}
