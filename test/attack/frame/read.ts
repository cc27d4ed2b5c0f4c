/** Finds attacks: test/attack/<family>/<name>.ts, and the family's `unguarded.ts`. */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Attack, Proof } from './attack.ts'

const root = resolve(import.meta.dirname, '..')
const notFamilies = new Set(['frame', 'stack'])
const PROOF = 'unguarded.ts'

export type Family = { name: string; attacks: { name: string; attack: Attack }[]; /** empty: none */ proofs: Proof[] }

const load = async <T>(file: string): Promise<T> => ((await import(file)) as { default: T }).default

/** `only`: `family` or `family/name`. Throws where it names nothing. Files that begin with `_` are helpers. */
export const readFamilies = async (only: string | null): Promise<Family[]> => {
  const [family, name] = only?.split('/') ?? []
  const names = readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory() && !notFamilies.has(e.name) && (family === undefined || e.name === family)).map((e) => e.name).sort()
  const families = await Promise.all(names.map(async (n): Promise<Family> => {
    const files = readdirSync(join(root, n)).filter((f) => f.endsWith('.ts') && !f.startsWith('_')).sort()
    const attacks = files.filter((f) => f !== PROOF && (name === undefined || f === `${name}.ts`))
    return {
      name: n,
      attacks: await Promise.all(attacks.map(async (f) => ({ name: f.slice(0, -3), attack: await load<Attack>(join(root, n, f)) }))),
      proofs: files.includes(PROOF) ? [await load<Proof | Proof[]>(join(root, n, PROOF))].flat() : [],
    }
  }))
  if (families.every((f) => f.attacks.length === 0)) throw new Error(`There is no attack ${only}. Families: ${names.join(', ') || readdirSync(root).join(', ')}`)
  return families
}
