/**
 * A limit belongs to the credential: what the endpoint told one session holds for all of them, until its reset or until another
 * credential is stored. Before that nothing is sent with it, and no message is handed over that would only begin a turn in vain.
 * Afterwards sessions go on one by one, the designer first.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CredentialLimit, serial } from '@orchestra/contracts'
import type { Role, SessionId } from '@orchestra/contracts'
import { z } from 'zod'
import type { Credential, CredentialStore } from '../credential/store.ts'
import type { Log } from '../log.ts'

/** A reset that is this near is waited for with the request in hand: the turn goes on. A later one ends it. */
const WAITED_MS = 60_000
/** An endpoint that names no reset: this long, twice as long at each refusal that follows. */
const UNNAMED_MS = 5000
const UNNAMED_MOST_MS = 5 * 60_000
const LOOK_MS = 5000
const LONGEST_TIMER_MS = 2 ** 31 - 1

const Stored = CredentialLimit.extend({ credential: z.string() })
type Held = z.infer<typeof Stored>
type Member = { role: Role; held: boolean; waiters: Set<() => void>; onOpen: () => void }

export type LimitGate = {
  /** A session that is held along with all others. Returns the way out. */
  join(session: SessionId, role: Role, onOpen: () => void): () => void
  /** Whether this session's messages and requests wait. */
  holds(session: SessionId): boolean
  /** Null when a request may be sent now; the limit when it is not to be sent at all. A near reset is waited for, unless `gone` fires. */
  enter(session: SessionId, used: Credential, gone: AbortSignal): Promise<CredentialLimit | null>
  /** The endpoint refused. `until` null: it named no reset. Returns until when it counts as limited. */
  hit(used: Credential, until: string | null, text: string): string
  /** The endpoint answered. */
  passed(): void
  current(): CredentialLimit | null
  /** Another credential may be stored now. */
  look(): Promise<void>
  /** Lets go of what waits; resolves when what is known is kept. */
  stop(): Promise<void>
}

const nameOf = (c: Credential | null): string => (c === null ? '' : createHash('sha256').update(`${c.kind}\n${c.secret}\n${c.baseUrl}`).digest('hex').slice(0, 16))

/** `stagger`: milliseconds between two sessions that go on. */
export const makeLimitGate = async (folder: string, credentials: Pick<CredentialStore, 'current'>, log: Log, stagger = 2000): Promise<LimitGate> => {
  const path = join(folder, 'limit.json')
  const members = new Map<SessionId, Member>()
  const saving = serial()
  let limit: Held | null = await read(path, log)
  let unnamed = 0
  let timer: NodeJS.Timeout | undefined
  let looking: NodeJS.Timeout | undefined
  let opening: NodeJS.Timeout[] = []

  const active = (): Held | null => (limit && Date.parse(limit.until) > Date.now() ? limit : null)
  const save = (): void => {
    const text = JSON.stringify(limit)
    saving(async () => { await mkdir(folder, { recursive: true }); await writeFile(`${path}.new`, text, { mode: 0o600 }); await rename(`${path}.new`, path) })
      .catch((error: unknown) => log('the limit could not be kept for a restart', { error }))
  }
  const open = (member: Member): void => {
    if (!member.held) return
    member.held = false
    for (const wake of member.waiters) wake()
    member.onOpen()
  }
  const release = (): void => {
    if (limit === null) return
    limit = null
    save()
    clearTimeout(timer)
    clearInterval(looking)
    const order = [...members.values()].sort((a, b) => Number(b.role === 'designer') - Number(a.role === 'designer'))
    const [first, ...later] = order.filter((m) => m.held)
    opening = later.map((m, i) => setTimeout(() => open(m), (i + 1) * stagger))
    if (first) open(first)
  }
  const look = async (): Promise<void> => {
    if (limit && nameOf(await credentials.current()) !== limit.credential) release()
  }
  const arm = (): void => {
    clearTimeout(timer)
    clearInterval(looking)
    if (!limit) return
    timer = setTimeout(() => (active() ? arm() : release()), Math.min(LONGEST_TIMER_MS, Math.max(0, Date.parse(limit.until) - Date.now())))
    looking = setInterval(() => { look().catch((error: unknown) => log('the credential could not be read', { error })) }, LOOK_MS)
  }
  if (active()) arm()
  else limit = null

  const opened = (member: Member, gone: AbortSignal): Promise<void> => new Promise((resolve) => {
    const done = () => { member.waiters.delete(done); gone.removeEventListener('abort', done); resolve() }
    member.waiters.add(done)
    gone.addEventListener('abort', done, { once: true })
    if (gone.aborted) done()
  })

  return {
    join(session, role, onOpen) {
      const member: Member = { role, held: active() !== null, waiters: new Set(), onOpen }
      members.set(session, member)
      return () => { if (members.get(session) === member) members.delete(session); open(member) }
    },
    holds: (session) => members.get(session)?.held ?? false,
    async enter(session, used, gone) {
      const member = members.get(session)
      while (member?.held && !gone.aborted) {
        const now = active()
        if (now && now.credential !== nameOf(used)) return null
        if (now && Date.parse(now.until) - Date.now() > WAITED_MS) return now
        await opened(member, gone)
      }
      return null
    },
    hit(used, named, text) {
      const until = named ?? new Date(Date.now() + Math.min(UNNAMED_MOST_MS, UNNAMED_MS * 2 ** unnamed)).toISOString()
      if (named === null) unnamed += 1
      if (Date.parse(until) <= Date.now()) return until
      const known = active()
      if (known?.credential === nameOf(used) && Date.parse(known.until) >= Date.parse(until)) return known.until
      for (const one of opening) clearTimeout(one)
      limit = { text, since: known?.since ?? new Date().toISOString(), until, credential: nameOf(used) }
      for (const member of members.values()) member.held = true
      save()
      arm()
      return until
    },
    passed() { unnamed = 0 },
    current: () => { const now = active(); return now && { text: now.text, since: now.since, until: now.until } },
    look,
    async stop() {
      clearTimeout(timer)
      clearInterval(looking)
      for (const one of opening) clearTimeout(one)
      for (const member of members.values()) open(member)
      await saving(() => Promise.resolve())
    },
  }
}

/** A record that can't be read holds nobody up: the endpoint says it again. */
const read = async (path: string, log: Log): Promise<Held | null> => {
  try {
    return Stored.nullable().parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log('the limit that was kept can not be read', { path, error })
    return null
  }
}
