/** Branches and pins. Pins live under refs/orchestra/, so that the person's gc keeps what agents were shown. */
import type { Sha } from '@orchestra/contracts'
import { type Context, shaFrom } from './context.ts'
import { identityEnv } from './identity.ts'
import { branchesFromFiles, refFromFiles } from './ref-files.ts'

export const ZERO = '0'.repeat(40)
export const pinRef = (name: string): string => `refs/orchestra/pin/${name}`
export const atticRef = (session: string, sha: Sha): string => `refs/orchestra/attic/${session}/${sha}`

/** A name git takes as a ref below refs/heads/; nothing that an option or revision could be. */
export const usableBranch = (name: string): boolean =>
  name.length > 0 && name.length <= 200 && !/^[-/]|[\p{Cc} ~^:?*[\\]|\.\.|\/\/|@\{|\/\.|^\.|\.lock(\/|$)|[/.]$/u.test(name) && name !== '@' && name !== 'HEAD'

export const branchTip = async (c: Context, branch: string): Promise<Sha | null> => {
  if (!usableBranch(branch)) return null
  const found = refFromFiles(c.place(), `refs/heads/${branch}`)
  return found === 'unclear' ? shaFrom(c.git, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]) : found
}

export const refSha = (c: Context, ref: string): Promise<Sha | null> => shaFrom(c.git, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])

export const resolveName = (c: Context, name: string): Promise<Sha | null> =>
  name.length > 0 && name.length <= 300 && !name.startsWith('-') && !/\p{Cc}/u.test(name)
    ? shaFrom(c.git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]) : Promise.resolve(null)

export const listBranches = (c: Context): string[] => branchesFromFiles(c.place())

/** Those of the refs that exist, in one question. */
export const readRefs = async (c: Context, refs: string[]): Promise<Map<string, Sha>> => {
  const out = await c.git(['for-each-ref', '--format=%(objectname) %(refname)', ...refs])
  return new Map(out.stdout.toString('utf8').split('\n').filter((l) => l !== '').map((l): [string, Sha] => [l.slice(41), l.slice(0, 40) as Sha]).filter(([ref]) => refs.includes(ref)))
}

/** Several refs in one transaction: all or none. `old` undefined: whatever stands there. */
export const updateRefs = async (c: Context, changes: { ref: string; to: Sha; old?: Sha }[], gitDir?: string): Promise<void> => {
  const lines = changes.map((u) => `update ${u.ref}\0${u.to}\0${u.old ?? ''}\0`)
  await c.git(['update-ref', '--no-deref', '-z', '--stdin', '-m', 'orchestra'], { gitDir, input: lines.join(''), env: identityEnv(await c.identity()) })
}

export const pin = (c: Context, name: string, sha: Sha): Promise<void> => updateRefs(c, [{ ref: pinRef(name), to: sha }])

/** The first of wanted, wanted-2, wanted-3 … that no branch has, is below or is above. */
export const freeBranch = (c: Context, wanted: string): string => {
  const base = usableBranch(wanted) ? wanted : 'session'
  const taken = listBranches(c).map((b) => b.toLowerCase())
  const free = (name: string): boolean => {
    const n = name.toLowerCase()
    return !taken.some((t) => t === n || t.startsWith(`${n}/`) || n.startsWith(`${t}/`))
  }
  for (let i = 1; i < 1000; i++) {
    const direct = i === 1 ? base : `${base}-${i}`
    if (free(direct)) return direct
    // A branch `x` makes every x/y impossible: then the slash goes.
    const flat = direct.replaceAll('/', '-')
    if (flat !== direct && free(flat)) return flat
  }
  throw new Error(`no free branch name near ${base}`)
}

export type Distance = { ahead: number; behind: number }

/** Two commits stay as far from each other as they are: asked once. */
export const createDistances = (c: Context): ((branch: Sha, of: Sha) => Promise<Distance>) => {
  const known = new Map<string, Promise<Distance>>()
  const count = async (branch: Sha, of: Sha): Promise<Distance> => {
    const out = (await c.git(['rev-list', '--left-right', '--count', `${branch}...${of}`])).stdout.toString('latin1').trim().split('\t')
    return { ahead: Number(out[0]), behind: Number(out[1]) }
  }
  return (branch, of) => {
    if (branch === of) return Promise.resolve({ ahead: 0, behind: 0 })
    const key = `${branch} ${of}`
    const found = known.get(key) ?? count(branch, of)
    if (known.size > 500) known.clear()
    known.set(key, found)
    found.catch(() => known.delete(key))
    return found
  }
}

export const isAncestor = async (c: Context, a: Sha, b: Sha, o: { gitDir?: string; objects?: string } = {}): Promise<boolean> =>
  (await c.git(['merge-base', '--is-ancestor', a, b], { ...o, expect: [0, 1] })).code === 0
