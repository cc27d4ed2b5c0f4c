import { expect, it } from 'vitest'
import type { ProjectSettings } from '@orchestra/contracts'
import { attentionOf } from './attention.ts'
import type { AttentionFacts } from './attention.ts'
import { merge, message, minutesAgo, now, session, sid } from './fixture.ts'

const facts = (given: Partial<AttentionFacts>): AttentionFacts => ({
  now, lookedAt: minutesAgo(600), sessions: [session()], messages: [], merges: [], settings: { checkProposal: null, stuckMinutes: 15 } as ProjectSettings,
  credential: { kind: 'api-key', baseUrl: '', hint: '', lastCheck: null, limit: null }, ...given,
})
const kinds = (given: Partial<AttentionFacts>) => attentionOf(facts(given)).map((a) => a.kind)

it('puts what is broken first, then questions by their wait, approvals, completions, and the credential', () => {
  const waits = (minutes: number) => message('question', { state: 'open', origin: 'tool', text: `for ${minutes}`, sentAt: minutesAgo(minutes) })
  const items = attentionOf(facts({
    sessions: [session(), session({ id: sid('bad'), phase: 'failed' })],
    messages: [waits(1), message('complete'), waits(9), message('error', { sentAt: minutesAgo(30) }), message('question', { state: 'open', origin: 'permission', sentAt: minutesAgo(4) })],
    merges: [merge({ session: sid('bad') })],
    credential: { kind: 'none', baseUrl: '', hint: '', lastCheck: null, limit: null },
  }))
  expect(items.map((i) => i.kind)).toEqual(['error', 'failed-start', 'question', 'permission', 'question', 'approval', 'complete', 'credential'])
  expect(items.filter((i) => i.kind === 'question').map((i) => i.text)).toEqual(['for 9', 'for 1'])
})
it('lists an approval once, with the options of its question', () => {
  const m = merge()
  const question = message('question', { state: 'open', origin: 'system', merge: m.id, from: { kind: 'system', part: 'merges' }, options: ['Merge', 'Not now'] })
  expect(attentionOf(facts({ merges: [m], messages: [question] }))).toMatchObject([{ kind: 'approval', mergeId: m.id, messageId: question.id, options: ['Merge', 'Not now'] }])
})
it('is silent about what was answered, dismissed, replaced or deleted', () => {
  expect(kinds({ messages: [message('question', { state: 'answered' }), message('error', { dismissedAt: now }), message('complete', { to: { kind: 'session', id: sid('auth') } })] })).toEqual([])
  expect(kinds({ merges: [merge({ status: 'conflict', createdAt: minutesAgo(5) }), merge({ status: 'merged' })] })).toEqual([])
  expect(kinds({ sessions: [session({ phase: 'deleted' })], messages: [message('error')] })).toEqual([])
})
it('drops a completion when a later one or a merge has taken over', () => {
  const first = message('complete', { text: 'first', seq: 1, sentAt: minutesAgo(9) })
  const second = message('complete', { text: 'second', seq: 2, sentAt: minutesAgo(4) })
  expect(attentionOf(facts({ messages: [first, second] })).map((i) => i.text)).toEqual(['second'])
  expect(kinds({ messages: [second], merges: [merge({ createdAt: minutesAgo(2) })] })).toEqual(['approval'])
  expect(kinds({ messages: [second], merges: [merge({ status: 'merged', createdAt: minutesAgo(2) })] })).toEqual([])
  expect(kinds({ messages: [second], merges: [merge({ status: 'merged', createdAt: minutesAgo(6) })] })).toEqual(['complete'])
})
it('tells of merges that got stuck', () => expect(kinds({ merges: [merge({ status: 'conflict' })] })).toEqual(['error']))
it('shows an open dialog, but not beside the question that it is', () => {
  expect(kinds({ sessions: [session({ cli: 'dialog' })] })).toEqual(['permission'])
  expect(kinds({ sessions: [session({ cli: 'dialog' })], messages: [message('question', { state: 'open', origin: 'permission' })] })).toEqual(['permission'])
})
it('lists a session that is paused, but not one that a person paused', () => {
  const paused = { phase: 'paused', pausedText: 'Paused: the disk is nearly full.' } as const
  expect(attentionOf(facts({ sessions: [session({ ...paused, pausedBy: 'disk' })] }))).toMatchObject([{ kind: 'error', session: 'auth', text: 'Paused: the disk is nearly full.' }])
  expect(kinds({ sessions: [session({ phase: 'paused', pausedBy: 'person' })] })).toEqual([])
})
it('lists a turn that ended without an answer, but not while the endpoint limits it', () => {
  const trouble = { modelTrouble: { text: 'x refuses the credential (401)', at: now, ended: true } }
  expect(attentionOf(facts({ sessions: [session(trouble)] }))).toMatchObject([{ id: 'session:auth', kind: 'error', text: expect.stringContaining('401') }])
  const tries = (minutes: number) => kinds({ sessions: [session({ cli: 'busy', modelTrouble: { text: 'x stumbles', at: minutesAgo(minutes), ended: false } })] })
  expect([tries(0.1), tries(1)]).toEqual([[], ['error']])
  expect(kinds({ sessions: [session({ ...trouble, limitedUntil: minutesAgo(-5), limitedText: 'too much' })] })).toEqual([])
})
it('shows an image definition before it is built, and what a failed build said', () => {
  const image = { blob: 'a'.repeat(40) as never, text: 'FROM orchestra-agent\nRUN echo "```"' }
  const [asked] = attentionOf(facts({ image: { ...image, failed: null } }))
  expect(asked).toMatchObject({ kind: 'proposal', options: ['Build it', 'Not now'] })
  expect(asked?.text).toContain(`\`\`\`\`\n${image.text}\n\`\`\`\``)
  expect(attentionOf(facts({ image: { ...image, failed: 'exit 1' } }))).toMatchObject([{ title: expect.stringContaining('could not be built'), text: expect.stringContaining('exit 1') }])
})
