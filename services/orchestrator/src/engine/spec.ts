import { join } from 'node:path'
import type { Engine } from '../ports/engine.ts'
import type { Core } from './core.ts'
import { background } from './core.ts'

/** The project's spec, written by the person in the page and by the designer in its container. */
export const makeSpec = (core: Core): Pick<Engine, 'readSpec' | 'writeSpec' | 'onSpec'> & { start(): () => void; check(): void } => {
  const listeners = new Set<() => void>()
  let known: string | null = null
  const look = async (): Promise<void> => {
    const revision = (await core.repository.readSpec())?.revision ?? ''
    if (revision === known) return
    const first = known === null
    known = revision
    if (!first) for (const listener of listeners) listener()
  }
  const check = (): void => background(core, 'reading the spec', look())
  return {
    readSpec: async () => (await core.repository.readSpec()) ?? { text: '', revision: '' },
    writeSpec: async (text, expected, by) => {
      const written = await core.repository.writeSpec(text, expected === '' ? null : expected)
      if (!written.ok) return written
      await core.commit((tx) => tx.event({ type: 'spec.saved', session: null, actor: by, data: { revision: written.value.revision } }))
      check()
      return written
    },
    onSpec: (listener) => { listeners.add(listener); return () => listeners.delete(listener) },
    check,
    start: () => { check(); return core.files.watchFolder(join(core.path, '.orchestra/spec'), check) },
  }
}
