/** Single files of commits. */
import { Sha } from '@orchestra/contracts'
import type { Context } from './context.ts'

const MAX = 256 * 1024

/** Null when absent, no regular file, or larger than 256 KiB. A link is not followed. */
export const fileAt = async (c: Context, commit: string, path: string, gitDir?: string): Promise<{ text: string; blob: Sha } | null> => {
  if (path === '' || path.includes('\0')) return null
  const entry = await c.git(['ls-tree', '-z', '--long', commit, '--', path], { gitDir, expect: 'any' })
  const m = /^100(?:644|755) blob ([0-9a-f]{40}) +(\d+)\t/.exec(entry.stdout.toString('latin1'))
  if (!m?.[1] || Number(m[2]) > MAX) return null
  const out = await c.git(['cat-file', 'blob', m[1]], { gitDir, maxOutput: MAX })
  return { text: out.stdout.toString('utf8'), blob: Sha.parse(m[1]) }
}
