/** Refs read from the repository's own files (the only ref format that `facts` lets in): microseconds where a git process needs milliseconds. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Sha } from '@orchestra/contracts'
import type { Place } from './locate.ts'

const gone = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])
const packed = new Map<string, { stamp: string; text: string }>()

/** `unclear`: neither absent nor plainly a commit's name; git has to be asked. `ref`: a full name that git would take. */
export const refFromFiles = (place: Place, ref: string): Sha | null | 'unclear' => {
  const loose = readOr(join(place.common, ref))
  // In this order: git packs a ref before it takes the loose one away.
  if (loose === null) return fromPacked(place, ref)
  return /^[0-9a-f]{40}\n?$/.test(loose) ? (loose.slice(0, 40) as Sha) : 'unclear'
}

const fromPacked = (place: Place, ref: string): Sha | null => {
  const text = packedText(join(place.common, 'packed-refs'))
  const at = text.indexOf(` ${ref}\n`)
  return at < 40 ? null : (text.slice(at - 40, at) as Sha)
}

/** Names below refs/heads/, sorted. A lock file of git's is none. */
export const branchesFromFiles = (place: Place): string[] => {
  const heads = join(place.common, 'refs', 'heads')
  const loose = !existsSync(heads) ? [] : readdirSync(heads, { recursive: true, withFileTypes: true }).filter((e) => !e.isDirectory() && !e.name.endsWith('.lock')).map((e) => relative(heads, join(e.parentPath, e.name)))
  const inPack = packedText(join(place.common, 'packed-refs')).split('\n').filter((l) => l.startsWith('refs/heads/', 41)).map((l) => l.slice(41 + 'refs/heads/'.length))
  return [...new Set([...loose, ...inPack])].sort()
}

const packedText = (file: string): string => {
  const s = statSync(file, { throwIfNoEntry: false })
  const stamp = s ? `${s.ino}.${s.size}.${s.mtimeMs}` : '-'
  const known = packed.get(file)
  if (known?.stamp === stamp) return known.text
  const text = readOr(file) ?? ''
  packed.set(file, { stamp, text })
  return text
}

const readOr = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch (e) {
    if (gone.has((e as NodeJS.ErrnoException).code ?? '')) return null
    throw e
  }
}
