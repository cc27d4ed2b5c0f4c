import { statfs } from 'node:fs/promises'
import { ok } from '@orchestra/contracts'
import type { EngineFacts, Result } from '@orchestra/contracts'
import type { Context } from '../context.ts'

/** Disk: of the file system with the project, which the worktrees usually share. */
export const engine = async ({ config, engine: docker }: Context): Promise<Result<EngineFacts>> => {
  const info = await docker.info()
  if (!info.ok) return info
  const disk = await statfs(config.projectDir)
  return ok({
    version: info.value.ServerVersion,
    memoryMb: Math.floor(info.value.MemTotal / 1024 / 1024),
    cpus: info.value.NCPU,
    arch: info.value.Architecture,
    diskFreeMb: Math.floor((disk.bavail * disk.bsize) / 1024 / 1024),
  })
}
