/** The sessions that are let in, and the list of them on disk, so that a relay that starts again opens them by itself. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Role, serial, SessionId } from '@orchestra/contracts'
import { z } from 'zod'
import type { Log } from '../log.ts'
import { folderOf, openSession } from './session.ts'
import type { Session, Shared } from './session.ts'

const Stored = z.array(z.object({ session: SessionId, role: Role }))

export type Registry = {
  /** May be repeated; another role than before makes the session's door anew. */
  open(session: SessionId, role: Role): Promise<void>
  /** `forget`: its socket folder and what waits in its inbox go too. */
  close(session: SessionId, forget: boolean): Promise<void>
  get(session: string): Session | undefined
  all(): Session[]
  /** Opens what was open when the relay ended. */
  reopen(): Promise<void>
  /** Closes all, and remembers them as open. */
  stop(): Promise<void>
}

export const makeRegistry = (stateFolder: string, shared: Shared): Registry => {
  const path = join(stateFolder, 'sessions.json')
  const sessions = new Map<string, Session>()
  /** One change at a time: two calls for one session must not both make its socket. */
  const inTurn = serial()

  const persist = async (): Promise<void> => {
    await mkdir(stateFolder, { recursive: true })
    const list: z.input<typeof Stored> = [...sessions.values()].map(({ id, role }) => ({ session: id, role }))
    await writeFile(`${path}.new`, JSON.stringify(list), { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
  const drop = async (session: SessionId): Promise<void> => {
    const known = sessions.get(session)
    sessions.delete(session)
    await known?.close()
  }
  const add = async (session: SessionId, role: Role): Promise<void> => void sessions.set(session, await openSession(session, role, shared))

  return {
    open: (session, role) =>
      inTurn(async () => {
        if (sessions.get(session)?.role === role) return
        await drop(session)
        await add(session, role)
        await persist()
      }),
    close: (session, forget) =>
      inTurn(async () => {
        await drop(session)
        await persist()
        if (!forget) return
        await rm(folderOf(shared.sockets, session), { recursive: true, force: true })
        await shared.bus.dropInbox(session)
      }),
    get: (session) => sessions.get(session),
    all: () => [...sessions.values()],
    reopen: () =>
      inTurn(async () => {
        for (const { session, role } of await readStored(path, shared.log))
          await add(session, role).catch((error: unknown) => shared.log('a session could not be opened again', { session, error }))
      }),
    stop: () =>
      inTurn(async () => {
        await Promise.all([...sessions.values()].map((session) => session.close()))
        sessions.clear()
      }),
  }
}

/** A list that can't be read is left aside: the orchestrator opens its sessions anyway when it starts. */
const readStored = async (path: string, log: Log): Promise<z.infer<typeof Stored>> => {
  try {
    return Stored.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log('the list of open sessions can not be read', { path, error })
    return []
  }
}
