import { ok, problem } from '@orchestra/contracts'
import type { link, Result, SessionId } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import { renewIfIdle } from '../renew.ts'
import { failStart } from '../start/failure.ts'
import { onEvents } from './events.ts'
import { patchSession } from './patch.ts'
import { onReceipt } from './receipt.ts'

type Frame = Exclude<link.FromAgent, { type: 'run-status' }>

export const onFrame = (core: Core, session: SessionId, frame: Frame): Promise<Result<unknown>> => {
  switch (frame.type) {
    case 'hello': return patchSession(core, session, (row) => ({ linkUp: true, badges: row.badges.filter((b) => !b.startsWith('cli ')).concat(`cli ${frame.cliVersion}`) }))
    case 'events': return onEvents(core, session, frame)
    case 'progress': return onProgress(core, session, frame)
    case 'receipt': return onReceipt(core, session, frame)
    case 'cli-status': return onCliStatus(core, session, frame)
    // No event of the session: its clock stays.
    case 'pulse': return patchSession(core, session, (row) => (row.terminalAt === frame.terminalAt ? null : { terminalAt: frame.terminalAt, lastEventAt: row.lastEventAt }))
    case 'notice': return core.commit(async (tx) => { await tx.event({ type: 'agent.notice', session, actor: { kind: 'session', id: session }, data: { text: frame.text } }); return ok({}) })
  }
}

const onCliStatus = async (core: Core, id: SessionId, { status, background = false, at }: Extract<Frame, { type: 'cli-status' }>): Promise<Result<unknown>> => {
  const changed = await patchSession(core, id, (row) => (row.cli === status && row.cliBackground === background ? null : { cli: status, cliBackground: background, cliAt: at, ...(status === 'dialog' ? {} : { dialog: null }) }))
  if (changed.ok && changed.value.renewWhenIdle) await renewIfIdle(core, id)
  return changed
}

/** Said again at every new link, so most of them change nothing. */
const onProgress = async (core: Core, id: SessionId, p: Extract<Frame, { type: 'progress' }>): Promise<Result<unknown>> => {
  if (p.step === 'failed') {
    const row = await core.store.read.session(id)
    if (row?.phase !== 'starting') return ok({})
    const step = row.startStep === 'setup' ? 'setup' : 'cli'
    const code = step === 'setup' ? 'checks_failed' : 'engine_failed'
    const next = step === 'setup' ? 'Correct the setup command in Settings, then retry.' : 'Read the log, then retry.'
    await failStart(core, id, step, problem(code, step === 'setup' ? 'it did not pass.' : 'the coding CLI did not start.', { about: id, next, detail: p.text }))
    return ok({})
  }
  if (p.step === 'ready') return ready(core, id)
  const step = p.step
  return patchSession(core, id, (row) => (row.phase === 'starting' && row.startStep !== step ? { startStep: step, setup: step === 'setup' ? 'running' : row.setup } : null), {
    type: 'session.step', session: id, actor: { kind: 'session', id }, data: { step, text: p.text.slice(0, 2000) },
  })
}

const ready = (core: Core, id: SessionId): Promise<Result<unknown>> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (row?.phase !== 'starting') return ok({})
  const resumed = (await tx.events({ session: id, limit: 1, types: ['session.started'] })).length > 0
  await tx.putSession({ ...row, phase: 'running', startStep: null, problem: null, setup: row.setup === 'running' ? 'passed' : row.setup, lastEventAt: await tx.now() })
  await tx.event({ type: 'session.started', session: id, actor: system('start'), data: { resumed } })
  return ok({})
})
