/** Every fault by name: the file's, or the file's and the member's of a family. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Family, Fault } from './fault.ts'

const folder = join(import.meta.dirname, '../faults')

export const findFaults = async (): Promise<Map<string, Fault>> => {
  const found = new Map<string, Fault>()
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.ts')).sort()) {
    const name = file.slice(0, -3)
    const module = (await import(join(folder, file))) as { fault?: Fault; faults?: Family }
    if (module.fault) found.set(name, module.fault)
    for (const [member, fault] of Object.entries(module.faults ?? {})) found.set(`${name}/${member}`, fault)
    if (!module.fault && !module.faults) throw new Error(`${file} exports neither \`fault\` nor \`faults\``)
  }
  return found
}
