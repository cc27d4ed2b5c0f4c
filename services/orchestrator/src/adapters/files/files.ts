import { EventEmitter } from 'node:events'
import { mkdir, open, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { watch } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { limits, servicePaths } from '@orchestra/contracts'
import type { RunId } from '@orchestra/contracts'
import type { Files } from '../../ports/files.ts'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
const MB = 1024 * 1024
const pageBytes = MB

/** Where the folders lie; tests give their own. */
export type FilesPlaces = { seedDir(session: string): string; checkDir(session: string): string; logs: string; /** what lies there, and the folder */ disks: [what: string, path: string][] }
/** `home`: ORCHESTRA_HOME. */
export const stackPlaces = (home: string): FilesPlaces =>
  ({ seedDir: servicePaths.seedDir, checkDir: servicePaths.checkDir, logs: join(servicePaths.state, 'runs'), disks: [['the worktrees', home], ['Docker\'s volumes', servicePaths.state]] })

const writeAtomically = async (path: string, bytes: string | Buffer): Promise<void> => {
  await writeFile(`${path}.new`, bytes, { mode: 0o644 })
  await rename(`${path}.new`, path)
}

const lastLineOf = (text: string): string => text.split(/[\r\n]+/).filter((l) => l.trim()).at(-1)?.slice(-2000) ?? ''

export const openFiles = (places: FilesPlaces): Files => {
  const grown = new EventEmitter().setMaxListeners(0)
  const logPath = (run: RunId): string => join(places.logs, `${run}.log`)

  const appendLog = async (run: RunId, body: Readable): Promise<{ bytes: number; lastLine: string }> => {
    await mkdir(places.logs, { recursive: true })
    const log = await open(logPath(run), 'a')
    try {
      let { size } = await log.stat()
      let tail = ''
      let full = size >= limits.logPerRun
      for await (const chunk of body) {
        // Read to the end all the same: the sender's command must not hang on a full log.
        if (full) continue
        let bytes = chunk as Buffer
        if (size + bytes.length > limits.logPerRun) {
          full = true
          bytes = Buffer.concat([bytes.subarray(0, limits.logPerRun - size), Buffer.from('\n[log cut here: it is longer than is kept]\n')])
        }
        await log.write(bytes)
        size += bytes.length
        tail = (tail + bytes.toString('utf8')).slice(-4000)
        grown.emit(run)
      }
      return { bytes: size, lastLine: lastLineOf(tail) }
    } finally {
      await log.close()
      grown.emit(run)
    }
  }

  return {
    prepareSeed: async (session) => { await mkdir(places.seedDir(session), { recursive: true, mode: 0o755 }) },
    writeSeed: async (session, seed, index) => {
      const folder = places.seedDir(session)
      await mkdir(folder, { recursive: true, mode: 0o755 })
      if (index) await writeAtomically(join(folder, 'index'), index)
      else await rm(join(folder, 'index'), { force: true })
      await writeAtomically(join(folder, 'seed.json'), JSON.stringify(seed))
    },
    clearSeed: (session) => rm(join(places.seedDir(session), 'seed.json'), { force: true }),
    seedFolders: () => readdir(dirname(places.seedDir('any'))).catch((error: unknown) => { if (isMissing(error)) return []; throw error }),
    removeSeed: (session) => rm(places.seedDir(session), { recursive: true, force: true }),
    clearCheck: async (session) => {
      const folder = places.checkDir(session)
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
      return folder
    },
    appendLog,
    removeLog: (run) => rm(logPath(run), { force: true }),
    readLog: async (run, from) => {
      const log = await open(logPath(run), 'r').catch((error: unknown) => { if (isMissing(error)) return null; throw error })
      if (!log) return Buffer.alloc(0)
      try {
        const { buffer, bytesRead } = await log.read(Buffer.alloc(pageBytes), 0, pageBytes, from)
        return buffer.subarray(0, bytesRead)
      } finally { await log.close() }
    },
    onLogGrown: (run, listener) => { grown.on(run, listener); return () => grown.off(run, listener) },
    disks: () => Promise.all(places.disks.map(async ([what, path]) => {
      const { bavail, blocks, bsize } = await statfs(path)
      return { what, freeMb: Math.floor((bavail * bsize) / MB), totalMb: Math.floor((blocks * bsize) / MB) }
    })),
    watchFolder: (path, onChange) => watchFolder(path, onChange),
  }
}

/** Looks again every two seconds while the folder is not there, or after it was replaced. */
const watchFolder = (path: string, onChange: () => void): (() => void) => {
  let stopped = false
  let close = (): void => undefined
  const begin = (): void => {
    if (stopped) return
    const again = (): void => { close(); const timer = setTimeout(begin, 2000); close = () => clearTimeout(timer) }
    try {
      const watcher = watch(path, (kind, name) => { onChange(); if (kind === 'rename' && name === null) again() })
      watcher.on('error', again)
      close = () => watcher.close()
      onChange()
    } catch (error) { if (!isMissing(error)) throw error; again() }
  }
  begin()
  return () => { stopped = true; close() }
}
