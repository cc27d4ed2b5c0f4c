/**
 * The model credential: one file, readable by the relay's user alone, read again whenever it changed, so that `login` in another
 * process applies to running sessions.
 */
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { serial } from '@orchestra/contracts'
import type { CredentialView } from '@orchestra/contracts'
import { z } from 'zod'

export const DEFAULT_BASE_URL = 'https://api.anthropic.com'

const Stored = z.object({
  kind: z.enum(['api-key', 'subscription']),
  /** Empty for an endpoint that takes none. */
  secret: z.string(),
  baseUrl: z.string(),
  lastCheck: z.object({ ok: z.boolean(), text: z.string(), at: z.string() }).nullable(),
})
export type StoredCredential = z.infer<typeof Stored>
/** What model requests use: `scripted` stands for a model that plays a part and takes no credential. */
export type Credential = Omit<StoredCredential, 'kind'> & { kind: StoredCredential['kind'] | 'scripted' }

export type CredentialStore = {
  current(): Promise<Credential | null>
  save(credential: StoredCredential): Promise<void>
  forget(): Promise<void>
  /** What the endpoint says of the credential that was used, kept where it is still the stored one and this is news. */
  heard(used: Credential, check: NonNullable<StoredCredential['lastCheck']>): Promise<void>
  view(): Promise<CredentialView>
}

/** `scriptedUrl` wins over what is stored. */
export const makeCredentialStore = (folder: string, scriptedUrl?: string): CredentialStore => {
  const path = join(folder, 'credential.json')
  const scripted: Credential | null = scriptedUrl ? { kind: 'scripted', secret: '', baseUrl: scriptedUrl, lastCheck: null } : null
  let cached: { key: string; value: StoredCredential } | null = null

  const current = async (): Promise<Credential | null> => {
    if (scripted) return scripted
    const found = await stat(path).catch(absent)
    if (!found) return null
    const key = `${found.mtimeMs}:${found.size}:${found.ino}`
    if (cached?.key !== key) cached = { key, value: Stored.parse(JSON.parse(await readFile(path, 'utf8'))) }
    return cached.value
  }
  const save = async (credential: StoredCredential): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    const next = `${path}.${process.pid}.new`
    await writeFile(next, JSON.stringify(credential), { mode: 0o600 })
    await chmod(next, 0o600) // a file left by a crash keeps its mode
    await rename(next, path)
  }
  /** One after the other: two requests that end together say what they say in order. */
  const hearing = serial()
  return {
    current,
    save,
    heard: (used, check) => hearing(async () => {
      const now = await current()
      if (now && now.kind !== 'scripted' && now.secret === used.secret && now.baseUrl === used.baseUrl && (now.lastCheck?.ok ?? true) !== check.ok) await save({ ...now, kind: now.kind, lastCheck: check })
    }),
    forget: () => rm(path, { force: true }),
    async view() {
      const now = await current()
      if (!now) return { kind: 'none', baseUrl: DEFAULT_BASE_URL, hint: '', lastCheck: null, limit: null }
      return { kind: now.kind, baseUrl: now.baseUrl, hint: now.secret.length >= 12 ? now.secret.slice(-4) : '', lastCheck: now.lastCheck, limit: null }
    },
  }
}

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}
