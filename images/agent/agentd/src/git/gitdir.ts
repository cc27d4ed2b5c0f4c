/**
 * The private half of the twin gitdir: own HEAD, refs, index and objects; the repository's objects come in read-only as
 * alternates. Made from the seed; a second run keeps what the agent has and refreshes what is ours.
 */
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { refs } from '@orchestra/contracts'
import type { link } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import type { Git } from './git.ts'
import { writeHooks } from './hookscripts.ts'
import { setShownRefs } from './refs.ts'

const exists = (path: string) => stat(path).then(() => true, () => false)

/** True when the gitdir was new. */
export const ensureGitDir = async (places: Places, git: Git, seed: link.Seed): Promise<boolean> => {
  const dir = places.git
  // `ready` is written last: a gitdir without it is one that a kill left half-made.
  const ready = `${dir}/orchestra-ready`
  const fresh = !(await exists(ready))
  await Promise.all(['objects/info', 'objects/pack', 'refs/heads', 'info', 'hooks'].map((sub) => mkdir(`${dir}/${sub}`, { recursive: true })))
  await Promise.all([
    writeFile(`${dir}/objects/info/alternates`, `${seed.git.objects}\n`),
    writeFile(`${dir}/info/exclude`, seed.git.excludes),
    writeHooks(dir, seed.session),
    ...(fresh ? [writeFile(`${dir}/config`, configText(seed)), writeFile(`${dir}/HEAD`, `ref: refs/heads/${seed.git.branch}\n`)] : []),
  ])
  if (fresh) {
    await Promise.all([makeRefs(git, seed), makeIndex(places, git, seed)])
    await writeFile(ready, '')
  } else {
    await setShownRefs(git, seed.git.refs)
    await git(['update-ref', refs.shown('base'), seed.git.base])
  }
  return fresh
}

/** All at once: every start of a session waits for it. */
const makeRefs = async (git: Git, seed: link.Seed): Promise<void> => {
  const own = [`update refs/heads/${seed.git.branch} ${seed.git.tip}`, `update ${refs.shown('base')} ${seed.git.base}`]
  const shown = Object.entries(seed.git.refs).map(([name, sha]) => `update ${refs.shown(name)} ${sha}`)
  const all = await git.try(['update-ref', '--stdin'], { input: [...own, ...shown, ''].join('\n') })
  if (all.code === 0) return
  // What is shown of others may lack an object; what is ours may not.
  await git(['update-ref', '--stdin'], { input: [...own, ''].join('\n') })
  await setShownRefs(git, seed.git.refs)
}

const makeIndex = async (places: Places, git: Git, seed: link.Seed): Promise<void> => {
  const index = `${places.git}/index`
  await rm(`${index}.lock`, { force: true })
  if (seed.git.hasIndex) {
    await copyFile(places.seedIndex, index)
    // An index that does not read (another format, cut short) is made anew from the commit.
    // (Lists conflicts, of which there are none: git has to read all of it for that.)
    const read = await git.try(['ls-files', '--unmerged'])
    if (read.code === 0) return
  }
  await rm(index, { force: true })
  await git(['read-tree', seed.git.tip])
  await git.try(['update-index', '-q', '--refresh'], { env: { GIT_OPTIONAL_LOCKS: '1' } })
}

const quote = (value: string) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** `a.b.c=v` → `[a "b"]\n\tc = "v"`. Written as a file: a dozen `git config` calls would cost 50 ms of every start. */
const configText = (seed: link.Seed): string => {
  const entries: [string, string][] = [
    ['core.repositoryformatversion', '0'], ['core.bare', 'false'], ['core.filemode', 'true'], ['core.logallrefupdates', 'true'],
    ['gc.auto', '0'], ['maintenance.auto', 'false'], ['advice.addEmbeddedRepo', 'false'], ['commit.gpgsign', 'false'], ['tag.gpgsign', 'false'],
    ...seed.git.config,
    ['user.name', seed.git.authorName], ['user.email', seed.git.authorEmail],
  ]
  return entries
    .map(([key, value]) => {
      const parts = key.split('.')
      const section = parts[0] ?? ''
      const name = parts.at(-1) ?? ''
      const sub = parts.slice(1, -1).join('.')
      return `[${section}${sub === '' ? '' : ` ${quote(sub)}`}]\n\t${name} = ${quote(value)}\n`
    })
    .join('')
}
