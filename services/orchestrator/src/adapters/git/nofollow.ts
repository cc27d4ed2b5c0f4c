/**
 * Files below folders that an agent can write, opened component by component without following a link.
 *
 * Node has no openat: a folder's descriptor is walked through /proc/self/fd/N, which names the open folder itself whatever
 * happens to its path meanwhile. All calls are synchronous: a descriptor is never held across a turn of the event loop.
 */
import * as fs from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { Raw } from './bytes.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_CREAT, O_EXCL, O_WRONLY } = fs.constants

/** A path of ours that can't be reached without a link, or names something it must not. */
export class Unreachable extends Error {}

const at = (fd: number, name: Raw): Buffer => Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), Buffer.from(name, 'latin1')])
const errno = (e: unknown): string | undefined => (e as NodeJS.ErrnoException).code

const parts = (path: Raw): Raw[] => {
  const all = path.split('/').filter((p) => p !== '')
  if (all.some((p) => p === '.' || p === '..' || p.includes('\0'))) throw new Unreachable(`not a plain path: ${JSON.stringify(path)}`)
  return all
}

export type Dir = {
  fd: number
  /** null when there is nothing. */
  lstat: (name: Raw) => fs.Stats | null
  /** null when there is nothing, or no regular file. Fails when it is larger than `max` bytes. */
  read: (name: Raw, max: number) => Buffer | null
  /** Replaces whatever file or link has the name, atomically and durably. */
  write: (name: Raw, content: Buffer, mode: number) => void
  readlink: (name: Raw) => Buffer
  unlink: (name: Raw) => void
  rmdir: (name: Raw) => boolean
  names: () => Raw[]
  /** Moves whatever has the name to a path of ours on the same file system. */
  moveOut: (name: Raw, to: string) => void
  /** Moves a file of ours in; false when it lies on another file system. */
  takeIn: (from: string | Buffer, name: Raw) => boolean
}

/** Opens `root`/`folder`. Null when a component is missing, a link or no folder (unless `create` makes the missing ones). */
export const withDir = <T>(root: string, folder: Raw, o: { create?: boolean }, use: (dir: Dir) => T): T | null => {
  let fd = fs.openSync(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    for (const name of parts(folder)) {
      let next: number
      try {
        if (o.create) mkdirIfMissing(at(fd, name))
        next = fs.openSync(at(fd, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      } catch (e) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno(e) ?? '')) return null
        throw e
      }
      fs.closeSync(fd)
      fd = next
    }
    return use(dirOf(fd))
  } finally {
    fs.closeSync(fd)
  }
}

const mkdirIfMissing = (path: Buffer): void => {
  try {
    fs.mkdirSync(path)
  } catch (e) {
    if (errno(e) !== 'EEXIST') throw e
  }
}

const dirOf = (fd: number): Dir => ({
  fd,
  lstat: (name) => fs.lstatSync(at(fd, name), { throwIfNoEntry: false }) ?? null,
  read: (name, max) => readRegular(at(fd, name), max),
  write: (name, content, mode) => {
    const tmp = `.orchestra-${randomUUID()}`
    const out = fs.openSync(at(fd, tmp), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    try {
      fs.writeFileSync(out, content)
      fs.fchmodSync(out, mode)
      fs.fsyncSync(out)
    } finally {
      fs.closeSync(out)
    }
    fs.renameSync(at(fd, tmp), at(fd, name))
  },
  readlink: (name) => fs.readlinkSync(at(fd, name), { encoding: 'buffer' }),
  unlink: (name) => {
    try {
      fs.unlinkSync(at(fd, name))
    } catch (e) {
      if (errno(e) !== 'ENOENT') throw e
    }
  },
  rmdir: (name) => {
    try {
      fs.rmdirSync(at(fd, name))
      return true
    } catch (e) {
      if (['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EEXIST', 'EBUSY'].includes(errno(e) ?? '')) return false
      throw e
    }
  },
  names: () => fs.readdirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' }).map((b) => b.toString('latin1')),
  moveOut: (name, to) => fs.renameSync(at(fd, name), to),
  takeIn: (from, name) => {
    try {
      fs.renameSync(from, at(fd, name))
      return true
    } catch (e) {
      if (errno(e) === 'EXDEV') return false
      throw e
    }
  },
})

const readRegular = (path: Buffer, max: number): Buffer | null => {
  let fd: number
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (e) {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR'].includes(errno(e) ?? '')) return null
    throw e
  }
  try {
    const st = fs.fstatSync(fd)
    if (!st.isFile()) return null
    if (st.size > max) throw new Unreachable(`larger than ${max} bytes`)
    const content = fs.readFileSync(fd)
    if (content.length > max) throw new Unreachable(`larger than ${max} bytes`)
    return content
  } finally {
    fs.closeSync(fd)
  }
}
