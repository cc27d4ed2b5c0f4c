/**
 * Once per agent image and owner: an image on top of it in which the mount points belong to the owner's uid, and a volume with
 * the file that stands over a worktree's `.git`. A new named volume takes content and owner of the image's folder at its mount
 * point, so sessions get their volumes right without a helper container in every spawn.
 */
import { agentPaths, dockerNames, fail, labels, ok, problem } from '@orchestra/contracts'
import type { ProjectId, Result } from '@orchestra/contracts'
import type { Config } from './config.ts'
import type { Engine } from './docker/index.ts'
import { GITFILE, gitfileVolume } from './mounts.ts'

export type Prepared = { image: string; entrypoint: string[]; cmd: string[] }
/** `cli`: version of the coding CLI, of an image that was built for it; null: the agent image's own. */
export type Prepare = (project: ProjectId, cli?: string | null) => Promise<Result<Prepared>>

const BASE = 'dev.orchestra.base'
const OWNER = 'dev.orchestra.owner'

/** Image that a project adds its tools to (buildImage), built from a text that a person approved. */
export const projectImage = (install: string, project: string) => `${install}-project-${project}:local`

const ownerDockerfile = (base: string, { uid, gid }: Config['owner']) => `FROM ${base}
USER 0:0
RUN mkdir -p ${agentPaths.git} ${agentPaths.home} ${agentPaths.workspace} ${GITFILE.dir} \\
 && printf '%s\\n' '${GITFILE.text.trim()}' >${GITFILE.dir}/${GITFILE.name} \\
 && if ! grep -q '^[^:]*:[^:]*:${uid}:' /etc/passwd; then echo 'agent:x:${uid}:${gid}:agent:${agentPaths.home}:/bin/bash' >>/etc/passwd; fi \\
 && if ! grep -q '^[^:]*:[^:]*:${gid}:' /etc/group; then echo 'agent:x:${gid}:' >>/etc/group; fi \\
 && chown -R ${uid}:${gid} ${agentPaths.git} ${agentPaths.home} ${GITFILE.dir}
`

export const createPrepare = (config: Config, engine: Engine): Prepare => {
  const owner = `${config.owner.uid}:${config.owner.gid}`
  const running = new Map<string, Promise<Result<string>>>()
  const filled = new Set<string>()

  const gitfile = async (image: string): Promise<Result<void>> => {
    if (filled.has(image)) return ok(undefined)
    const volume = gitfileVolume(config.install)
    const made = await engine.createVolume(volume, { [labels.install]: config.install })
    if (!made.ok) return made
    const name = dockerNames.container(config.install, 'prepare-gitfile')
    const left = await engine.remove(name)
    if (!left.ok) return left
    // Creating is enough: the engine fills an empty volume from the image then. It never runs.
    const body = { name, Image: image, NetworkDisabled: true as const, Labels: { [labels.install]: config.install }, HostConfig: { NetworkMode: 'none' as const, Mounts: [{ Type: 'volume', Source: volume, Target: GITFILE.dir }] } }
    const created = await engine.create(body)
    if (!created.ok) return created
    filled.add(image)
    return engine.remove(name)
  }

  const derive = async (base: { name: string; id: string }): Promise<Result<string>> => {
    const tag = `${config.install}-owned:${base.id.replace('sha256:', '').slice(0, 16)}-${config.owner.uid}-${config.owner.gid}`
    const there = await engine.images.inspect(tag)
    if (!there.ok) return there
    if (there.value === null) {
      let log = ''
      const built = await engine.images.build(
        { tag, dockerfile: ownerDockerfile(base.name, config.owner), labels: { [labels.install]: config.install, [BASE]: base.id, [OWNER]: owner }, args: {}, network: 'none' },
        (chunk) => { log = (log + chunk.toString()).slice(-4000) })
      if (!built.ok) return fail({ ...built.problem, detail: log || built.problem.detail })
    }
    const file = await gitfile(tag)
    return file.ok ? ok(tag) : file
  }

  return async (project, cli = null) => {
    const wanted = cli === null ? config.agentImage : `${config.agentImage}-cli-${cli}`
    const agent = await engine.images.inspect(wanted)
    if (!agent.ok) return agent
    if (agent.value === null) return fail(problem('engine_failed', `The agent image ${wanted} is missing.`, { about: wanted, next: 'Run `./orchestra up`: it builds what is missing.' }))
    const own = await engine.images.inspect(projectImage(config.install, project))
    if (!own.ok) return own
    // An image of the project that was built on an older agent image is left alone until it is approved and built again.
    const base = own.value?.labels[BASE] === agent.value.id ? { name: projectImage(config.install, project), id: own.value.id } : { name: wanted, id: agent.value.id }
    let image = running.get(base.id)
    if (image === undefined) {
      image = derive(base).finally(() => running.delete(base.id))
      running.set(base.id, image)
    }
    const done = await image
    if (!done.ok) return done
    // Entrypoint and command are the agent image's, whatever a project's Dockerfile says.
    return ok({ image: done.value, entrypoint: agent.value.entrypoint, cmd: agent.value.cmd })
  }
}
export const baseLabel = BASE
