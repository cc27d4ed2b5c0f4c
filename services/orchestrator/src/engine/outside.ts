/** What is not in the database: the checkout, the engine, the credential. Read at start, again when something says it changed. */
import { limits } from '@orchestra/contracts'
import type { CredentialView, EngineFacts, Price, ProjectSettings, ProjectView, Registry } from '@orchestra/contracts'
import type { ImageDefinition } from '../domain/image.ts'
import { effectiveSettings } from '../domain/settings.ts'
import type { SettingsRow } from '../domain/rows.ts'
import type { Checkout, RepositoryFacts } from '../ports/repository.ts'
import type { Place, Ports } from './core.ts'
import { readProjectConfig } from './project-config.ts'
import type { Configured } from './project-config.ts'

export type Outside = {
  checkout(): Checkout
  facts(): RepositoryFacts
  engine(): EngineFacts | null
  credential(): CredentialView
  registries(): Registry[]
  setCredential(view: CredentialView): void
  /** When containers were first looked at since this process began, by Postgres' clock; null: not yet. */
  lookedAt(): string | null
  setLooked(at: string): void
  settings(row: SettingsRow): ProjectSettings
  projectView(row: SettingsRow): ProjectView
  /** The project's own prices of models. */
  prices(): Record<string, Price>
  /** The project's image definition as it stands on the target branch. */
  image(): ImageDefinition | null
  /** A sentence, or null; true when it is another than before. */
  setDiskWarning(text: string | null): boolean
  /** After a change of refs: whether the checkout itself has to be looked at, or only the list of branches changed. */
  refreshRefs(): Promise<'head' | 'branches' | 'same'>
  /** Each says whether what people see of it changed. */
  refreshCheckout(): Promise<boolean>
  refreshServices(): Promise<boolean>
  refreshRegistries(): Promise<boolean>
  /** Throws what makes the repository unusable. */
  start(): Promise<void>
}

const none: CredentialView = { kind: 'none', baseUrl: '', hint: '', lastCheck: null, limit: null }
const mostDirty = 500

export const makeOutside = (ports: Ports, place: Place, report: (what: string, error: unknown) => void): Outside => {
  const { repository, runtime, bus } = ports
  let facts: RepositoryFacts | null = null
  let checkout: Checkout | null = null
  let engine: EngineFacts | null = null
  let credential = none
  let registries: Registry[] = []
  let configured: Configured = { config: {}, include: [], checkProposal: null, image: null, warning: null }
  let diskWarning: string | null = null
  let configHead: string | null = null
  let lookedAt: string | null = null

  /** Configuration counts as committed where the checkout's branch stands: what an agent writes is inert until it is merged. */
  const readConfig = async (): Promise<void> => {
    const head = checkout?.head
    if (!head || head === configHead) return
    configured = await readProjectConfig(repository, head)
    configHead = head
  }

  const now = (): Checkout => { if (!checkout) throw new Error('The checkout was not read yet.'); return checkout }
  const changed = (before: unknown, after: unknown): boolean => JSON.stringify(before) !== JSON.stringify(after)
  const settings = (row: SettingsRow): ProjectSettings => {
    const counting = effectiveSettings({ row, config: configured.config, engine, checkProposal: configured.checkProposal, carryFile: configured.include, maxSessions: place.maxSessions })
    place.onSettings?.(counting)
    return counting
  }

  const refreshCheckout = async (): Promise<boolean> => {
    const before = checkout
    checkout = await repository.checkout()
    await readConfig()
    return changed(before, checkout)
  }
  /** The work tree is looked at only where HEAD moved or something was begun: a session's own refs change all the time. */
  const refreshRefs = async (): Promise<'head' | 'branches' | 'same'> => {
    const before = now()
    const head = await repository.head()
    if (changed({ branch: before.branch, head: before.head, busy: before.busy }, head)) return 'head'
    const branches = await repository.branches()
    if (!changed(before.branches, branches)) return 'same'
    checkout = { ...before, branches }
    return 'branches'
  }
  const refreshServices = async (): Promise<boolean> => {
    const before = [engine, credential]
    const [seen, status] = await Promise.all([runtime.engine(), bus.credentialStatus()])
    if (seen.ok) engine = seen.value
    if (status.ok) credential = status.value
    return changed(before, [engine, credential])
  }

  /** The first time it takes a container of the image's own; a failure leaves what was known. */
  const refreshRegistries = async (): Promise<boolean> => {
    const before = registries
    const asked = await runtime.registries(place.project)
    if (asked.ok) registries = asked.value.registries
    else report('asking the image for its registries', asked.problem)
    return changed(before, registries)
  }

  return {
    checkout: now,
    facts: () => { if (!facts) throw new Error('The repository was not read yet.'); return facts },
    engine: () => engine,
    credential: () => credential,
    registries: () => registries,
    setCredential: (view) => { credential = view },
    lookedAt: () => lookedAt,
    setLooked: (at) => { lookedAt = at },
    setDiskWarning: (text) => { const another = text !== diskWarning; diskWarning = text; return another },
    settings,
    prices: () => configured.config.prices ?? {},
    image: () => configured.image,
    projectView: (row) => ({
      id: place.project, name: place.name, path: place.path, branch: now().branch, head: now().head, branches: now().branches, dirtyFiles: now().dirty.slice(0, mostDirty),
      settings: settings(row), credential, held: null, registries, warnings: [...(facts?.warnings ?? []), ...(configured.warning ? [configured.warning] : []), ...warningOf(engine), ...(diskWarning ? [diskWarning] : [])],
    }),
    refreshCheckout,
    refreshRefs,
    refreshServices,
    refreshRegistries,
    start: async () => {
      const found = await repository.facts()
      if (!found.ok) throw new Error(`${found.problem.message} ${found.problem.next}`)
      facts = found.value
      await Promise.all([refreshCheckout(), refreshServices().catch((error: unknown) => { report('asking spawner and relay', error); return false })])
    },
  }
}

/** Below 28, ports published on loopback could be reached from the neighbourhood. */
const warningOf = (engine: EngineFacts | null): string[] => {
  const major = Number(engine?.version.split('.')[0] ?? 99)
  return major < 28 ? [`Docker Engine ${engine?.version ?? ''} is older than 28: machines on the same network could reach ports that are published on 127.0.0.1 only.`.slice(0, limits.titleChars)] : []
}
