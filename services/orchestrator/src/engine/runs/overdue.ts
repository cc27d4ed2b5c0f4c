/** The time limit of commands: looked at in every round, so that no restart forgets it. */
import type { RunRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import type { Bells } from './bells.ts'
import { endRun, isOver } from './rows.ts'

const looked = 200
const inMinutes = (n: number): string => (n < 1 ? `${Math.round(n * 60)} seconds` : `${n} minute${n === 1 ? '' : 's'}`)

/** One that never began counts from when it was asked for: its container may hang before its command. */
const since = (r: RunRow): number => Date.parse(r.startedAt ?? r.createdAt)

export const endOverdue = async (core: Core, bells: Bells): Promise<void> => {
  const { checkMinutes } = core.outside.settings(await core.store.read.settings())
  const now = await core.store.read.now()
  const late = (await core.store.read.runs(looked)).filter((r) => r.kind !== 'image' && !isOver(r) && Date.parse(now) - since(r) > checkMinutes * 60_000)
  for (const run of late) {
    const lastLine = `It had not ended after ${inMinutes(checkMinutes)}, the time limit of a check in Settings.`
    await core.commit(async (tx) => endRun(tx, run.id, { status: 'failed', exitCode: null, lastLine }, await tx.now(), system('runs')))
    bells.ring(run.id)
    // Nobody there to tell means that nothing runs there.
    if (run.session) await core.bus.control(run.session, { type: 'run-cancel', id: run.id })
  }
}
