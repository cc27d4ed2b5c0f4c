/** Finds the imports of TypeScript sources: enough of a scanner for this code base's own style. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** One import: the file and name as written; `target` is the file inside the project it leads to, null for packages. */
export type Import = { file: string; name: string; target: string | null }

/** Paths below the project's root of all sources in the given folders; folders that overlap give each file once. */
export function sourceFiles(folders: readonly string[]): string[] {
  const found = folders.flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
          .map((name) => join(folder, name))
      : [],
  )
  return [...new Set(found)].sort()
}

const pattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
const contracts = '@orchestra/contracts'

export function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return [...text.matchAll(pattern)].map((match) => {
    const name = (match[1] ?? match[2]) as string
    return { file, name, target: targetOf(file, name) }
  })
}

function targetOf(file: string, name: string): string | null {
  if (name === contracts) return 'packages/contracts/src/index.ts'
  if (name.startsWith(`${contracts}/`)) return `packages/contracts/src/${name.slice(contracts.length + 1)}.ts`
  return name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : null
}
