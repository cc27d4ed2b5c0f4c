/** What an agent is shown of others: refs under one namespace, set as a whole. Their objects are pinned on the host. */
import { refs } from '@orchestra/contracts'
import { log } from '../log.ts'
import type { Git } from './git.ts'

/** Ours beside what is shown: where the session began, and where its branch stands on the host. */
const own = new Set([refs.shown('base'), refs.shown('host')])

export const setShownRefs = async (git: Git, shown: Record<string, string>): Promise<void> => {
  const lines: string[] = []
  const wanted = new Map(Object.entries(shown).map(([name, sha]) => [refs.shown(name), sha]))
  const present = (await git(['for-each-ref', '--format=%(refname)', 'refs/orchestra/'])).split('\n').filter((r) => r !== '')
  for (const ref of present) if (!wanted.has(ref) && !own.has(ref)) lines.push(`delete ${ref}`)
  for (const [ref, sha] of wanted) lines.push(`update ${ref} ${sha}`)
  if (lines.length === 0) return
  const all = await git.try(['update-ref', '--stdin'], { input: `${lines.join('\n')}\n` })
  if (all.code === 0) return
  // One object that is not there (yet) must not hide all the others.
  for (const line of lines) {
    const one = await git.try(['update-ref', '--stdin'], { input: `${line}\n` })
    if (one.code !== 0) log(`not shown: ${line}: ${one.stderr.trim()}`)
  }
}
