/** Runs as their containers tell them, and their logs. */
import type { Readable } from 'node:stream'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, RunId, SessionId } from '@orchestra/contracts'
import type { link } from '@orchestra/contracts'
import type { RunRow } from '../domain/rows.ts'
import type { Core } from './core.ts'

type RunStatus = Extract<link.FromAgent, { type: 'run-status' }>

export const hasEnded = (r: RunRow): boolean => r.status === 'passed' || r.status === 'failed' || r.status === 'cancelled'

/** Only the session that a run was given to can tell how it goes, and an ended run stays as it ended. Null: nothing changed. */
export const recordRunStatus = (core: Core, session: SessionId, f: RunStatus): Promise<RunRow | null> => core.commit(async (tx) => {
  const run = await tx.run(f.id)
  if (!run || run.session !== session || hasEnded(run)) return null
  const now = await tx.now()
  const actor = { kind: 'session', id: session } as const
  const next: RunRow = { ...run, status: f.status, exitCode: f.exitCode, tree: f.tree ?? run.tree, lastLine: f.lastLine || run.lastLine, startedAt: run.startedAt ?? now }
  if (f.status === 'running') {
    await tx.putRun(next)
    if (run.status === 'waiting') await tx.event({ type: 'run.started', session, actor, data: { run: run.id, kind: run.kind, command: run.command } })
    return next
  }
  const ended = { ...next, endedAt: now }
  await tx.putRun(ended)
  await tx.event({ type: 'run.ended', session, actor, data: { run: run.id, kind: run.kind, command: run.command, status: f.status, exitCode: f.exitCode, tree: ended.tree, lastLine: ended.lastLine } })
  return ended
})

/** Bytes as they come; the row's size and last line follow at the end of the stream. */
export const receiveLog = async (core: Core, session: SessionId, id: RunId, body: Readable): Promise<void> => {
  const run = await core.store.read.run(id)
  if (!run || run.session !== session) { body.resume(); return }
  const { bytes, lastLine } = await core.files.appendLog(id, body)
  await core.commit(async (tx) => { const row = await tx.run(id); if (row) await tx.putRun({ ...row, logBytes: bytes, lastLine: lastLine || row.lastLine }) })
}

export const runLog = async (core: Core, id: RunId, from: number): Promise<Result<{ bytes: Buffer; ended: boolean }>> => {
  // The row first: an end that is committed after the read is seen by the next read.
  const run = await core.store.read.run(id)
  if (!run) return fail(problem('not_found', `There is no run ${id}.`, { about: id }))
  const bytes = await core.files.readLog(id, from)
  return ok({ bytes, ended: hasEnded(run) && bytes.length === 0 })
}
