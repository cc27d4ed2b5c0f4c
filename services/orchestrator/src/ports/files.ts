/** Files of ours in the stack's volumes: seeds, logs of runs. One adapter: adapters/files. */
import type { Readable } from 'node:stream'
import type { RunId, SessionId } from '@orchestra/contracts'
import type { link } from '@orchestra/contracts'
import type { Disk } from '../domain/disk.ts'

export interface Files {
  /** The session's seed folder; the container mounts it, so it must be there first. */
  prepareSeed(session: SessionId): Promise<void>
  /** `index` first, the seed last and atomically: it is the go signal. */
  writeSeed(session: SessionId, seed: link.Seed, index: Buffer | null): Promise<void>
  /** Takes the go signal back; the folder stays. */
  clearSeed(session: SessionId): Promise<void>
  /** Names of the seed folders that there are. */
  seedFolders(): Promise<string[]>
  removeSeed(session: SessionId): Promise<void>
  /** Empties the folder in which a merged tree is checked. */
  clearCheck(session: SessionId): Promise<string>
  /** Appends until the stream ends; what is over `limits.logPerRun` is dropped with a last line that says so. Returns the log's size. */
  appendLog(run: RunId, body: Readable): Promise<{ bytes: number; lastLine: string }>
  removeLog(run: RunId): Promise<void>
  /** From an offset, at most 1 MiB. */
  readLog(run: RunId, from: number): Promise<Buffer>
  onLogGrown(run: RunId, listener: () => void): () => void
  /** The disks that sessions fill: of their worktrees, and of the volumes. */
  disks(): Promise<Disk[]>
  /** Calls back when something in the folder changed; the folder may come and go. */
  watchFolder(path: string, onChange: () => void): () => void
}
