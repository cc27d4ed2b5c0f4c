/**
 * Ids of the containers that this spawner made or adopted, on disk. A label alone proves nothing: whoever reaches the engine
 * can set one. So stop, pause, remove and logs act on recorded ids only.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Entries = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))

export type Ledger = { idOf(session: string): string | null; record(session: string, id: string): void; forget(session: string): void }

export const openLedger = (dir: string): Ledger => {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'containers.json')
  const read = (): Map<string, string> => {
    try {
      return new Map(Object.entries(Entries.parse(JSON.parse(readFileSync(file, 'utf8')))))
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
      throw new Error(`${file} can't be read; remove it to start with no recorded containers`, { cause: e })
    }
  }
  const entries = read()
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return {
    idOf: (session) => entries.get(session) ?? null,
    record: (session, id) => { entries.set(session, id); save() },
    forget: (session) => { if (entries.delete(session)) save() },
  }
}
