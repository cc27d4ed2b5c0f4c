/** GET /ws/state: a snapshot, then patches as they are committed. One serialisation of a patch serves every page. */
import type { WebSocket } from 'ws'
import type { StateFrame } from '@orchestra/contracts'
import type { Engine } from '../../ports/engine.ts'
import { closeCodes } from './codes.ts'

const heartbeatMs = 10_000
/** What may wait for one page, bytes. A page that reads slower gets a fresh snapshot by reconnecting. */
const mostWaiting = 8 * 1024 * 1024
/** Patches held while a page's snapshot is read. */
const mostHeld = 10_000
/** A page that does not answer its close frame is cut off after this. */
const closeGraceMs = 2000

type Member = { socket: WebSocket; /** null once the snapshot is out */ held: { seq: number; text: string }[] | null }

const turnAway = (socket: WebSocket): void => {
  socket.close(closeCodes.slowReader, 'reads too slowly')
  setTimeout(() => socket.terminate(), closeGraceMs).unref()
}

export const stateHub = (engine: Pick<Engine, 'snapshot' | 'subscribe'>, bound = mostWaiting) => {
  const members = new Set<Member>()
  let lastSeq = 0

  const send = (member: Member, text: string): void => {
    if (member.socket.readyState !== member.socket.OPEN) return
    if (member.socket.bufferedAmount > bound) {
      members.delete(member)
      turnAway(member.socket)
      return
    }
    member.socket.send(text)
  }
  const unsubscribe = engine.subscribe((seq, changes) => {
    lastSeq = seq
    if (members.size === 0) return
    const text = JSON.stringify({ type: 'patch', seq, changes } satisfies StateFrame)
    for (const member of members) {
      if (!member.held) send(member, text)
      else if (member.held.push({ seq, text }) > mostHeld) turnAway(member.socket)
    }
  })
  const heartbeat = setInterval(() => {
    const text = JSON.stringify({ type: 'heartbeat', seq: lastSeq, at: new Date().toISOString() } satisfies StateFrame)
    for (const member of members) if (!member.held) send(member, text)
  }, heartbeatMs)

  return {
    /** Held patches that the snapshot already contains are dropped, so nothing is shown twice and nothing is missing. */
    async join(socket: WebSocket): Promise<void> {
      const member: Member = { socket, held: [] }
      members.add(member)
      socket.on('close', () => members.delete(member))
      const { seq, state } = await engine.snapshot()
      const held = member.held ?? []
      member.held = null
      lastSeq = Math.max(lastSeq, seq)
      send(member, JSON.stringify({ type: 'snapshot', seq, state } satisfies StateFrame))
      for (const patch of held) if (patch.seq > seq) send(member, patch.text)
    },
    stop(): void {
      unsubscribe()
      clearInterval(heartbeat)
      for (const { socket } of members) socket.close(1001, 'stopping')
    },
  }
}
