import { describe, expect, test } from 'vitest'
import { ProjectView, SessionView, StateFrame } from '@orchestra/contracts'
import { emptyModel, fleetOf, fold, type Model } from './model.ts'

const sha = 'a'.repeat(40)
const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`

const session = (id: string, over: object = {}) => SessionView.parse({
  id, projectId: 'p', role: 'executor', title: id, branch: id, baseSha: sha, target: 'main', tip: sha, status: 'working', statusText: '', pausedBy: null, startStep: null, problem: null,
  worktree: `/w/${id}`, paired: false, permissionMode: 'bypass', instructions: '', createdBy: { kind: 'session', id: 'designer' }, createdAt: at(5), lastEventAt: at(6),
  lastActivity: '', aheadBy: 0, behindBy: 0, diffStat: { files: 0, added: 0, removed: 0 }, diffVersion: 0, badges: [],
  usage: { tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, costUsd: null, window: null }, budget: { usd: null, tokens: null }, appliedToCheckout: false, ...over,
})

const project = ProjectView.parse({
  id: 'p', name: 'p', path: '/p', branch: 'main', head: sha, branches: ['main'], dirtyFiles: [], warnings: [],
  settings: { setupCommand: null, checkCommand: null, checkMinutes: 30, checkProposal: null, carry: [], keepSpecsInGit: false, maxSessions: 8, memoryMb: 4096, cpus: 2, pids: 512, permissionMode: 'bypass', egress: 'listed', egressAllow: [], egressRefuse: [], models: [], providerTools: [], requestsPerMinute: null, budgetUsd: null, budgetTokens: null, afterRestart: 'resume', keepEventsDays: 90, keepEventsMb: 1000, keepSessionsDays: 30, escalateSeconds: 60, stuckMinutes: 15 },
  registries: [],
  credential: { kind: 'none', baseUrl: '', hint: '', lastCheck: null },
})

const snapshot = (seq: number, sessions: SessionView[] = []) => StateFrame.parse({ type: 'snapshot', seq, state: { project, sessions, messages: [], merges: [], runs: [], attention: [] } })
const patch = (seq: number, ...changes: object[]) => StateFrame.parse({ type: 'patch', seq, changes })
const run = (frames: StateFrame[], from: Model = emptyModel) => frames.reduce((m, f) => fold(m, f).model, from)

describe('fold', () => {
  test('a snapshot replaces, patches add, null removes', () => {
    const m = run([
      snapshot(7, [session('one')]),
      patch(8, { entity: 'session', id: 'two', value: session('two') }),
      patch(9, { entity: 'session', id: 'one', value: null }),
    ])
    expect(Object.keys(m.sessions)).toEqual(['two'])
    expect(m.seq).toBe(9)
  })

  test('a missed frame is a gap and changes nothing', () => {
    const before = run([snapshot(7)])
    const step = fold(before, patch(9, { entity: 'session', id: 'two', value: session('two') }))
    expect(step).toEqual({ model: before, gap: true })
  })

  test('a frame that the snapshot already holds is passed over', () => {
    const before = run([snapshot(7)])
    expect(fold(before, patch(7, { entity: 'session', id: 'two', value: session('two') }))).toEqual({ model: before, gap: false })
  })

  test('a heartbeat ahead of us is a gap, one in step is none', () => {
    const m = run([snapshot(7)])
    expect(fold(m, StateFrame.parse({ type: 'heartbeat', seq: 7, at: at(1) })).gap).toBe(false)
    expect(fold(m, StateFrame.parse({ type: 'heartbeat', seq: 8, at: at(1) })).gap).toBe(true)
  })

  test('activity numbers never go back', () => {
    const m = run([
      snapshot(1),
      patch(2, { entity: 'activity', id: 'one', value: { timelineSeq: 5, diffVersion: 2 } }),
      patch(3, { entity: 'activity', id: 'one', value: { timelineSeq: 0, diffVersion: 3 } }),
    ])
    expect(m.activity.one).toEqual({ timelineSeq: 5, diffVersion: 3 })
  })

  test('every snapshot is an epoch of its own', () => {
    expect(run([snapshot(1), snapshot(2)]).epoch).toBe(2)
  })

  test('rows that did not change keep their identity, so that they are not drawn again', () => {
    const before = run([snapshot(1, [session('one'), session('two')])])
    const after = run([patch(2, { entity: 'session', id: 'two', value: session('two', { status: 'idle' }) })], before)
    expect(after.sessions.one).toBe(before.sessions.one)
  })
})

describe('the fleet', () => {
  test('the designer first, then by birth, whatever happens to them', () => {
    const sessions = Object.fromEntries([
      session('late', { createdAt: at(9), lastEventAt: at(9) }), session('early', { createdAt: at(2), lastEventAt: at(59) }),
      session('designer', { role: 'designer', createdAt: at(30) }), session('gone', { status: 'deleted' }), session('check', { role: 'check' }),
    ].map((s) => [s.id, s]))
    expect(fleetOf(sessions).map((s) => s.id)).toEqual(['designer', 'early', 'late'])
  })
})
