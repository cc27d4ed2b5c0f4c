import { dockerNames, labels, ok, SessionId } from '@orchestra/contracts'
import type { ContainerFact, Result } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { factOf } from '../fact.ts'
import { isOurs } from '../recorded.ts'

/** Containers with our labels and a recorded id, and sessions of which a git or home volume is left. */
export const list = async ({ config, engine, ledger }: Context): Promise<Result<{ containers: ContainerFact[]; volumes: SessionId[] }>> => {
  const label = `${labels.install}=${config.install}`
  const [found, volumes] = await Promise.all([engine.list(label), engine.listVolumes(label)])
  if (!found.ok) return found
  if (!volumes.ok) return volumes
  const containers: ContainerFact[] = []
  for (const { Id, Labels } of found.value) {
    const session = Labels[labels.session]
    if (session === undefined || ledger.idOf(session) !== Id) continue
    const now = await engine.inspect(Id)
    if (!now.ok) return now
    if (now.value !== null && isOurs(now.value, config.install, session)) containers.push(factOf(now.value))
  }
  const left = new Set<SessionId>()
  for (const { Name, Labels } of volumes.value) {
    const session = SessionId.safeParse(Labels?.[labels.session])
    if (session.success && [dockerNames.gitVolume(config.install, session.data), dockerNames.homeVolume(config.install, session.data)].includes(Name)) left.add(session.data)
  }
  return ok({ containers, volumes: [...left].sort() })
}
