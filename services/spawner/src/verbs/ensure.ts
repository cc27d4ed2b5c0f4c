import { fail, ok, problem } from '@orchestra/contracts'
import type { ContainerFact, Result, SessionId } from '@orchestra/contracts'
import type { z } from 'zod'
import type { spawnerVerbs } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import type { Inspected } from '../docker/containers.ts'
import { factOf } from '../fact.ts'
import { createBody } from '../hostconfig.ts'
import type { CreateBody } from '../hostconfig.ts'
import { objectFolders, specFolder } from '../project.ts'
import { isOurs, recorded } from '../recorded.ts'

type Input = z.output<typeof spawnerVerbs.ensure>
const live = new Set(['running', 'paused', 'restarting'])

const mountKey = (m: { Type: string; Source: string; Target: string; ReadOnly?: boolean; VolumeOptions?: { Subpath?: string } }) =>
  JSON.stringify([m.Type, m.Source, m.Target, m.ReadOnly ?? false, m.VolumeOptions?.Subpath ?? ''])

/** True when a container that is there holds at least what we would give it: same mounts, no network, no privilege. */
const isAsTight = (c: Inspected, body: CreateBody): boolean => {
  const h = c.HostConfig
  const has = (h.Mounts ?? []).map(mountKey).sort().join()
  return h.NetworkMode === 'none' && !h.Privileged && h.ReadonlyRootfs && (h.CapAdd ?? []).length === 0 && (h.CapDrop ?? []).includes('ALL')
    && (h.SecurityOpt ?? []).some((o) => o.startsWith('no-new-privileges')) && (h.Binds ?? []).length === 0
    && c.Config.User === body.User && has === body.HostConfig.Mounts.map(mountKey).sort().join()
}

const bodyFor = async (ctx: Context, input: Input): Promise<Result<CreateBody>> => {
  const [prepared, info] = await Promise.all([ctx.prepare(input.project, input.cli), ctx.engine.info()])
  if (!prepared.ok) return prepared
  if (!info.ok) return info
  const spec = input.role === 'designer' ? specFolder(ctx.config.projectDir) : ok(null)
  if (!spec.ok) return spec
  const { install, home, hostCa, owner, projectDir, registries, agentCrashpoints } = ctx.config
  return ok(createBody({ ...input, ...prepared.value, install, home, hostCa, owner, registries, crashpoints: agentCrashpoints, engineCpus: info.value.NCPU, objects: objectFolders(projectDir), specDir: spec.value }))
}

const foreign = (name: string, session: SessionId) =>
  fail(problem('name_taken', `A container named ${name} is there and is not this session's.`, { about: session, next: `Look at it with \`docker inspect ${name}\`; rename or remove it, then retry.` }))

/**
 * A running container is kept when it holds exactly these mounts, else the caller removes it first. One that has ended is made
 * anew: the engine resolves the paths of an old one again, and everything worth keeping is in its volumes.
 */
export const ensure = async (ctx: Context, input: Input): Promise<Result<ContainerFact>> => {
  const { config, engine, ledger } = ctx
  const [built, known] = await Promise.all([bodyFor(ctx, input), recorded(ctx, input.session)])
  if (!built.ok) return built
  if (!known.ok) return known
  const body = built.value

  const settle = async (there: Inspected): Promise<Result<ContainerFact> | null> => {
    if (!isOurs(there, config.install, input.session)) return foreign(body.name, input.session)
    if (live.has(there.State.Status)) {
      if (!isAsTight(there, body)) return fail(problem('wrong_state', `The container of ${input.session} runs with other mounts than it should have now.`, { about: input.session, next: 'Remove the container, then ensure again; volumes and conversation stay.' }))
      ledger.record(input.session, there.Id)
      return ok(factOf(there))
    }
    const removed = await engine.remove(there.Id)
    return removed.ok ? null : removed
  }

  if (known.value !== null) {
    const settled = await settle(known.value)
    if (settled !== null) return settled
  }
  ledger.announce(input.session)
  let id = await engine.create(body)
  if (id.ok && id.value === null) {
    const there = await engine.inspect(body.name)
    if (!there.ok) return there
    if (there.value !== null) {
      const settled = await settle(there.value)
      if (settled !== null) return settled
    }
    id = await engine.create(body)
  }
  if (!id.ok) return id
  if (id.value === null) return foreign(body.name, input.session)
  ledger.record(input.session, id.value)
  const started = await engine.start(id.value)
  if (!started.ok) return started
  const now = await engine.inspect(id.value)
  if (!now.ok) return now
  return now.value === null ? fail(problem('engine_failed', `The container of ${input.session} vanished as it started.`, { about: input.session })) : ok(factOf(now.value))
}
