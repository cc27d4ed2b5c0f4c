import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { link } from '@orchestra/contracts'
import { Delivered } from './delivered.ts'
import { Delivery } from './delivery.ts'

/** A CLI's inbox: what was posted, and whether it takes things in. */
class Inbox {
  posted: string[] = []
  taken: string[] = []
  receipts: [string, readonly string[]][] = []
  process = 1
  open = true
  takes = true
  /** Whether the CLI writes down what its hook was asked about. */
  writes = true
  readonly #ids = new Map<string, readonly string[]>()
  written = new Set<string>()
  readonly delivery: Delivery
  constructor(dir: string) {
    this.delivery = new Delivery({
      inbox: () => (this.open ? { path: 'inbox', process: this.process, conversation: 'c' } : null),
      post: (_, text, ids) => { this.posted.push(text); this.#ids.set(text, ids); if (this.takes) this.taken.push(text); return Promise.resolve() },
      given: () => Promise.resolve(this.written),
      accepted: (_, text) => Promise.resolve(this.taken.filter((t) => t === text).length),
      receipt: (messages, state) => void this.receipts.push([state, messages]),
      wanted: () => undefined,
    }, new Delivered(`${dir}/delivered`))
  }

  /** The hook, and a moment later the conversation. */
  async prompted(text: string) {
    const said = await this.delivery.prompted(text)
    if (this.writes) for (const id of this.#ids.get(text) ?? []) this.written.add(id)
    await vi.advanceTimersByTimeAsync(60)
    return said
  }
}

let dir: string
let inbox: Inbox
const message = (text: string, voice: link.Delivery['voice'] = 'session') => link.Delivery.parse({ message: randomUUID(), voice, text })
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  dir = mkdtempSync(join(tmpdir(), 'delivery-'))
  inbox = new Inbox(dir)
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(dir, { recursive: true, force: true })
})

it('keeps one in flight, and sends what waits of one voice together', async () => {
  const all = ['a', 'b', 'c'].map((t) => message(t))
  inbox.delivery.deliver(all)
  inbox.delivery.deliver([message('p', 'person'), message('q', 'person')])
  await settle()
  expect(inbox.posted).toEqual(['a\n\nb\n\nc'])
  expect(await inbox.prompted('a\n\nb\n\nc')).toMatchObject({ kind: 'ours', voice: 'session', messages: all.map((m) => m.message) })
  await settle()
  expect(inbox.posted.at(-1)).toBe('p')
  expect(inbox.receipts).toEqual([['delivered', all.map((m) => m.message)]])
})

it('hands over a few words of the person one by one, and what has gathered in a long absence together', async () => {
  const many = Array.from({ length: 120 }, (_, i) => message(`n${i};`, 'person'))
  inbox.open = false
  inbox.delivery.deliver(many)
  await settle()
  inbox.open = true
  inbox.delivery.kick()
  for (let i = 0; i < 3; i += 1) {
    await settle()
    await inbox.prompted(inbox.posted.at(-1) ?? '')
  }
  await settle()
  expect(inbox.posted.map((text) => text.split('\n\n').length)).toEqual([50, 50, 20])
  expect(inbox.posted.join('\n\n')).toBe(many.map((m) => m.text).join('\n\n'))
})

it('does not send again what was taken in, however long it takes', async () => {
  inbox.delivery.deliver([message('slow')])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(inbox.posted).toEqual(['slow'])
})

it('sends again what was never taken in, and gives up with a reason', async () => {
  inbox.takes = false
  inbox.delivery.deliver([message('lost')])
  await vi.advanceTimersByTimeAsync(4000)
  expect(inbox.posted.length).toBeGreaterThan(1)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(inbox.receipts.at(-1)?.[0]).toBe('failed')
})

it('refuses the second copy of a text that was posted twice', async () => {
  inbox.takes = false
  inbox.delivery.deliver([message('twice')])
  await settle()
  inbox.takes = true
  await vi.advanceTimersByTimeAsync(1600)
  // The first one had been taken in after all, late.
  inbox.taken.push('twice')
  expect(await inbox.prompted('twice')).toMatchObject({ kind: 'ours' })
  expect(await inbox.prompted('twice')).toEqual({ kind: 'copy' })
  expect(await inbox.prompted('twice')).toMatchObject({ kind: 'other' })
})

it('sends again after the process died with it', async () => {
  inbox.delivery.deliver([message('again')])
  await settle()
  inbox.open = false
  inbox.delivery.kick()
  inbox.open = true
  inbox.process = 2
  inbox.delivery.kick()
  await settle()
  expect(inbox.posted).toEqual(['again', 'again'])
})

it('is not delivered before it stands in the conversation, and is sent again in its place when the process died before that', async () => {
  inbox.writes = false
  const [first, second, third] = [message('first', 'person'), message('second', 'person'), message('third', 'person')]
  inbox.delivery.deliver([first, second, third])
  await settle()
  expect(await inbox.prompted('first')).toMatchObject({ kind: 'ours' })
  await settle()
  expect([inbox.posted, inbox.receipts]).toEqual([['first', 'second'], []])
  inbox.process = 2
  inbox.delivery.kick()
  await vi.advanceTimersByTimeAsync(200)
  inbox.writes = true
  await inbox.prompted('first')
  await inbox.prompted('second')
  await inbox.prompted('third')
  expect(inbox.posted).toEqual(['first', 'second', 'first', 'second', 'third'])
  expect(inbox.receipts.flatMap(([, ids]) => ids)).toEqual([first, second, third].map((m) => m.message))
})

it('an agentd that died before the model went on still says that it did', async () => {
  const last = message('last words')
  inbox.delivery.deliver([last])
  await settle()
  await inbox.prompted('last words')
  const next = new Inbox(dir)
  next.delivery.active()
  next.delivery.active()
  expect(next.receipts).toEqual([['seen', [last.message]]])
})

it('what stood in the conversation before agentd started only gets its receipt', async () => {
  const known = message('known')
  inbox.written.add(known.message)
  inbox.delivery.deliver([known])
  await settle()
  expect([inbox.posted, inbox.receipts]).toEqual([[], [['delivered', [known.message]]]])
})

it('a CLI that writes no conversation is believed by its hook', async () => {
  inbox.writes = false
  inbox.delivery.deliver([message('unwritten')])
  await settle()
  await inbox.prompted('unwritten')
  inbox.delivery.active()
  await vi.advanceTimersByTimeAsync(31_000)
  expect(inbox.receipts.map(([state]) => state)).toEqual(['delivered', 'seen'])
})

it('a message that comes again after its receipts only gets those again', async () => {
  const once = message('once')
  inbox.delivery.deliver([once])
  await settle()
  await inbox.prompted('once')
  inbox.delivery.active()
  inbox.delivery.deliver([once])
  await settle()
  expect(inbox.posted).toEqual(['once'])
  expect(inbox.receipts.map(([state]) => state)).toEqual(['delivered', 'seen', 'delivered', 'seen'])
})

it('the same words from another message are another message', async () => {
  for (const m of [message('yes', 'person'), message('yes', 'person')]) inbox.delivery.deliver([m])
  await settle()
  expect(await inbox.prompted('yes')).toMatchObject({ kind: 'ours' })
  await settle()
  expect(await inbox.prompted('yes')).toMatchObject({ kind: 'ours' })
})

it('what a person typed in the terminal is not ours', async () => {
  expect(await inbox.prompted('hello')).toEqual({ kind: 'other', told: null })
})

it('what was cut off is told with the first text that waits, whoever wrote it, and once', async () => {
  inbox.open = false
  inbox.delivery.deliver([message('the answer'), message('and more', 'person')])
  inbox.delivery.goOn('cut off', true)
  inbox.open = true
  inbox.delivery.kick()
  await settle()
  expect(await inbox.prompted('the answer')).toMatchObject({ kind: 'ours', told: 'cut off' })
  await settle()
  expect(await inbox.prompted('and more')).toMatchObject({ kind: 'ours', told: null })
  expect(inbox.posted).toEqual(['the answer', 'and more'])
})

it('what was cut off is told alone when the relay says that nothing waits, and not while a limit holds it', async () => {
  inbox.delivery.goOn('cut off', true)
  await vi.advanceTimersByTimeAsync(9000)
  expect(inbox.posted).toEqual([])
  inbox.delivery.inbox('held')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(inbox.posted).toEqual([])
  inbox.delivery.inbox('empty')
  await settle()
  expect(inbox.posted).toEqual(['cut off'])
  expect(await inbox.prompted('cut off')).toMatchObject({ kind: 'ours', told: null })
})

it('a relay that says nothing of its inbox is not waited for without end', async () => {
  inbox.delivery.goOn('cut off', true)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(inbox.posted).toEqual(['cut off'])
})

it('one that waits for an answer is told what was cut off with it, or with what a person types, and not before', async () => {
  inbox.delivery.inbox('empty')
  inbox.delivery.goOn('cut off', false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(inbox.posted).toEqual([])
  expect(await inbox.prompted('typed')).toEqual({ kind: 'other', told: 'cut off' })
})

it('one whose answer stands in its conversation goes on', async () => {
  const answer = message('answer')
  inbox.written.add(answer.message)
  inbox.delivery.inbox('empty')
  inbox.delivery.goOn('cut off', false)
  inbox.delivery.deliver([answer])
  await settle()
  expect(inbox.posted).toEqual(['cut off'])
})

it('a word to go on that died with its CLI is said once to the next', async () => {
  inbox.delivery.inbox('empty')
  inbox.delivery.goOn('cut off', true)
  await settle()
  inbox.process = 2
  inbox.delivery.goOn('cut off', true)
  await settle()
  await inbox.prompted('cut off')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(inbox.posted).toEqual(['cut off', 'cut off'])
})

it('the answer of a call is delivered when its result stands in the conversation; one that died before that is brought again', async () => {
  const [kept, lost] = [message('kept'), message('lost')]
  inbox.delivery.returned([kept.message])
  await vi.advanceTimersByTimeAsync(200)
  expect(inbox.receipts).toEqual([])
  inbox.written.add(kept.message)
  await vi.advanceTimersByTimeAsync(200)
  expect(inbox.receipts).toEqual([['delivered', [kept.message]]])
  inbox.delivery.active()
  inbox.delivery.returned([lost.message])
  inbox.delivery.deliver([lost, kept])
  await settle()
  expect(inbox.posted).toEqual([])
  inbox.process = 2
  inbox.delivery.kick()
  await vi.advanceTimersByTimeAsync(200)
  expect(inbox.posted).toEqual(['lost'])
})
