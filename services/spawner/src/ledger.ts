/**
 * Ids of the containers that this spawner made or adopted, on disk. A label alone proves nothing: whoever reaches the engine
 * can set one. So stop, pause, remove and logs act on recorded ids only. A container is announced before it is made, so that one
 * whose id a crash kept from being recorded is known for ours at the next start.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Entries = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))

const Announced = z.array(z.string())

export type Ledger = {
  idOf(session: string): string | null
  /** Its container is about to be made; `record` or `forget` ends that. */
  announce(session: string): void
  announced(): string[]
  record(session: string, id: string): void
  forget(session: string): void
}

export const openLedger = (dir: string): Ledger => {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'containers.json')
  const announcedFile = join(dir, 'announced.json')
  const read = <T>(path: string, schema: z.ZodType<T>, none: T): T => {
    try {
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ENOENT') return none
      throw new Error(`${path} can't be read; remove it to start with no recorded containers`, { cause: e })
    }
  }
  const write = (path: string, value: unknown) => {
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  const entries = new Map(Object.entries(read(file, Entries, {})))
  const announced = new Set(read(announcedFile, Announced, []))
  const save = () => write(file, Object.fromEntries(entries))
  const settle = (session: string) => { if (announced.delete(session)) write(announcedFile, [...announced]) }
  return {
    idOf: (session) => entries.get(session) ?? null,
    announce: (session) => { announced.add(session); write(announcedFile, [...announced]) },
    announced: () => [...announced],
    record: (session, id) => { entries.set(session, id); save(); settle(session) },
    forget: (session) => { if (entries.delete(session)) save(); settle(session) },
  }
}
