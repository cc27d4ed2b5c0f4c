/** Images of the engine: looked at, and built from a Dockerfile's text alone. */
import { pack } from 'tar-stream'
import type Docker from 'dockerode'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import { attempt, attemptUnless } from './problems.ts'

export type ImageFacts = { id: string; entrypoint: string[]; cmd: string[]; labels: Record<string, string> }

type BuildLine = { stream?: string; status?: string; error?: string }

const contextOf = (dockerfile: string) => {
  const tar = pack()
  tar.entry({ name: 'Dockerfile', mode: 0o444 }, dockerfile)
  tar.finalize()
  return tar
}

export const images = (docker: Docker) => ({
  inspect: async (name: string): Promise<Result<ImageFacts | null>> =>
    attemptUnless(404, null, 'looking at an image', name, async () => {
      const i = await docker.getImage(name).inspect()
      const list = (v: string | string[] | undefined | null): string[] => (v === undefined || v === null ? [] : typeof v === 'string' ? [v] : v)
      return { id: i.Id, entrypoint: list(i.Config.Entrypoint), cmd: list(i.Config.Cmd), labels: i.Config.Labels ?? {} }
    }),

  /** Context: the Dockerfile and nothing else. `onLog` gets the build's own words. Nothing keeps its tag when the build fails. */
  build: async (b: { tag: string; dockerfile: string; labels: Record<string, string>; args: Record<string, string>; network: 'none' | 'default' }, onLog: (chunk: Buffer) => void): Promise<Result<void>> => {
    const stream = await attempt('building an image', b.tag, () =>
      docker.buildImage(contextOf(b.dockerfile) as unknown as NodeJS.ReadableStream, {
        t: b.tag, labels: b.labels, buildargs: b.args, rm: true, forcerm: true, pull: false, networkmode: b.network,
      } as Docker.ImageBuildOptions))
    if (!stream.ok) return stream
    const failed = await new Promise<string | null>((resolve, reject) => {
      let error: string | null = null
      docker.modem.followProgress(stream.value, (e) => (e && error === null ? reject(e) : resolve(error)), (line: BuildLine) => {
        error ??= line.error ?? null
        const text = line.error ?? line.stream ?? (line.status === undefined ? '' : `${line.status}\n`)
        if (text !== '') onLog(Buffer.from(text))
      })
    })
    return failed === null ? ok(undefined) : fail(problem('engine_failed', `The image could not be built: ${failed}`, { about: b.tag, detail: failed, next: 'Read the log, correct the Dockerfile, and approve it again.' }))
  },
})
export type Images = ReturnType<typeof images>
