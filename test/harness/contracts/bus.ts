/** What the engine relies on in a `Bus`: held by NATS with a relay behind it and by the stand-in in memory. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { bus, MessageId, SessionId } from '@orchestra/contracts'
import type { Bus } from '../../../services/orchestrator/src/ports/bus.ts'

export type BusEnds = {
  bus: Bus
  /** Connects an agent to the session's socket; frames that it gets are passed on. */
  agent(session: SessionId, onFrame: (type: string) => void): Promise<void>
  /** Ids of the messages that an agent of the session has got or would get, in order. */
  inbox(session: SessionId): Promise<MessageId[]>
}

const item = (): bus.InboxItem => ({ delivery: { message: randomUUID() as MessageId, voice: 'person', text: 'hello' }, answer: null })

/** `ends`: with no credential stored, and without an open session. */
export const holdsBusContract = (ends: () => BusEnds): void => {
  const session = 'kept' as SessionId
  const unreachable = { ok: false, problem: { code: 'agent_unreachable', about: session } }

  it('an agent that is not there is said to be unreachable', async () => {
    expect(await ends().bus.control(session, { type: 'sync' })).toMatchObject(unreachable)
    expect(await ends().bus.listSessions()).toEqual({ ok: true, value: [] })
  })
  it('a session is opened as often as one likes, and its agent reached', async () => {
    for (let i = 0; i < 2; i++) expect(await ends().bus.openSession(session, 'executor')).toEqual({ ok: true, value: undefined })
    expect(await ends().bus.listSessions()).toMatchObject({ ok: true, value: expect.arrayContaining([session]) })
    const frames: string[] = []
    await ends().agent(session, (type) => frames.push(type))
    expect(await ends().bus.control(session, { type: 'sync' })).toEqual({ ok: true, value: undefined })
    await expect.poll(() => frames).toContain('sync')
  })
  it('messages keep their order, and one that is put twice is one', async () => {
    const [one, two] = [item(), item()]
    for (const i of [one, one, two, one]) await ends().bus.putInbox(session, i)
    await expect.poll(() => ends().inbox(session)).toEqual([one.delivery.message, two.delivery.message])
  })
  it('a closed session is unreachable, and closing it again is done already', async () => {
    for (let i = 0; i < 2; i++) expect(await ends().bus.closeSession(session, true)).toEqual({ ok: true, value: undefined })
    expect(await ends().bus.control(session, { type: 'sync' })).toMatchObject(unreachable)
  })
  it('egress is told, and no credential is no failure', async () => {
    expect(await ends().bus.setEgress({ mode: 'closed', allow: [], refuse: [], registries: [] })).toEqual({ ok: true, value: undefined })
    expect(await ends().bus.credentialStatus()).toMatchObject({ ok: true, value: { kind: 'none', lastCheck: null } })
    expect(await ends().bus.saveCredential({ kind: 'api-key', secret: null, baseUrl: null })).toMatchObject({ ok: true, value: { kind: 'none' } })
  })
}
