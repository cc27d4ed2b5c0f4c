/**
 * The shared document's history on disk. Without it a restart would build the document anew from the file, and a page that comes
 * back with the old history would put the whole text in a second time.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

/** Both as Yjs updates: `file` is the document as the file last had it, `shared` as the pages last had it. */
export type SpecHistory = { file: Uint8Array; shared: Uint8Array }
export type SpecStore = { load(): Promise<SpecHistory | null>; save(history: SpecHistory): Promise<void> }

const Stored = z.object({ file: z.string(), shared: z.string() })
const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const specStore = (path: string): SpecStore => ({
  async load() {
    try {
      const { file, shared } = Stored.parse(JSON.parse(await readFile(path, 'utf8')))
      return { file: Buffer.from(file, 'base64'), shared: Buffer.from(shared, 'base64') }
    } catch (error) {
      if (isMissing(error)) return null
      throw new Error(`the history of the spec at ${path} can't be read; move it away to start a new one from the file`, { cause: error })
    }
  },
  async save({ file, shared }) {
    const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
    await mkdir(dirname(path), { recursive: true })
    const temporary = `${path}.new`
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(JSON.stringify({ file: encode(file), shared: encode(shared) }))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  },
})
