/** The host's branch moved: take the private branch along where that loses nothing, else say how to get there. */
import { copyFile, rename, rm, stat } from 'node:fs/promises'
import { constants } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sha } from '@orchestra/contracts'
import { refs } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import { codeOf } from '../log.ts'
import type { Git } from './git.ts'

export type Followed = 'same' | 'ahead' | 'moved' | { kept: string }

const OPEN_WORK = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge', 'rebase-apply'] as const
const LOCK_TRIES = 40
const LOCK_WAIT_MS = 50

/**
 * `previous`: where the host's branch stood before. 'ahead': the agent has the tip and commits on top. 'moved': branch and index
 * are at the tip, files untouched (the work tree is shared and has them already). Kept: with the reason, in words.
 */
export const follow = async (places: Places, git: Git, branch: string, tip: Sha, previous: Sha): Promise<Followed> => {
  const ref = `refs/heads/${branch}`
  await git(['update-ref', refs.shown('host'), tip])
  const current = (await git.try(['rev-parse', '--verify', `${ref}^{commit}`])).stdout.toString('utf8').trim()
  if (current === tip) return 'same'
  if (current === '') return { kept: `the branch ${branch} is not there` }
  const ancestor = async (a: string, b: string) => (await git.try(['merge-base', '--is-ancestor', a, b])).code === 0
  if (await ancestor(tip, current)) return 'ahead'
  const noneOfItsOwn = (await ancestor(current, previous)) || (await ancestor(current, tip))
  if (!noneOfItsOwn) return { kept: 'it has commits of its own' }
  for (const name of OPEN_WORK) if (await stat(`${places.git}/${name}`).then(() => true, () => false)) return { kept: `it has an open ${name}` }
  const head = (await git.try(['symbolic-ref', '-q', 'HEAD'])).stdout.toString('utf8').trim()
  if (head !== ref) {
    await git(['update-ref', ref, tip, current])
    return 'moved'
  }
  return moveWithIndex(places, git, ref, current, tip)
}

/** Takes the index's lock as git does, so that no command of the agent writes in between. */
const moveWithIndex = async (places: Places, git: Git, ref: string, from: string, to: Sha): Promise<Followed> => {
  const index = `${places.git}/index`
  const lock = `${index}.lock`
  for (let i = 0; ; i++) {
    const taken = await copyFile(index, lock, constants.COPYFILE_EXCL).then(() => true, (error: unknown) => {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    })
    if (taken) break
    if (i >= LOCK_TRIES) return { kept: 'its index stayed locked' }
    await sleep(LOCK_WAIT_MS)
  }
  try {
    // Two-way: keeps what the agent staged, refuses where both changed the same file; then its own entries give way to the
    // person's commit, and the agent's version is still in the work tree.
    const kept = await git.try(['read-tree', '-m', from, to], { index: lock })
    if (kept.code !== 0) await git(['read-tree', '--reset', to], { index: lock })
    await git.try(['update-index', '-q', '--refresh'], { index: lock, env: { GIT_OPTIONAL_LOCKS: '1' } })
    await git(['update-ref', '-m', 'orchestra: followed the host', ref, to, from])
    await rename(lock, index)
    return 'moved'
  } catch (error) {
    await rm(lock, { force: true })
    throw error
  }
}

/** The designer has no work of its own: HEAD and index go wherever the person's checkout is. */
export const followCheckout = async (places: Places, git: Git, branch: string, tip: Sha): Promise<void> => {
  await git(['update-ref', `refs/heads/${branch}`, tip])
  await git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`])
  const index = `${places.git}/orchestra-follow`
  await git(['read-tree', tip], { index })
  await git.try(['update-index', '-q', '--refresh'], { index, env: { GIT_OPTIONAL_LOCKS: '1' } })
  await rename(index, `${places.git}/index`)
}
