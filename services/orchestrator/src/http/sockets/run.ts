/** GET /ws/run/:id: a run's log from `?from=` on, as text frames while it grows; closes with 1000 when the run has ended. */
import { StringDecoder } from 'node:string_decoder'
import type { WebSocket } from 'ws'
import type { RunId } from '@orchestra/contracts'
import type { Engine } from '../../ports/engine.ts'
import { closeCodes, reason } from './codes.ts'

export const sendLog = async (socket: WebSocket, engine: Pick<Engine, 'runLog' | 'onRunLog'>, run: RunId, from: number): Promise<void> => {
  // Chunks end anywhere; a character split between two is held until the rest is there.
  const decoder = new StringDecoder('utf8')
  let wake = (): void => {}
  let grown = false
  const ring = (): void => {
    grown = true
    wake()
  }
  const stopListening = engine.onRunLog(run, ring)
  socket.on('close', ring)
  try {
    for (let at = from; socket.readyState === socket.OPEN;) {
      grown = false
      const result = await engine.runLog(run, at)
      if (!result.ok) return socket.close(closeCodes.unknown, reason(result.problem.message))
      const { bytes, ended } = result.value
      at += bytes.length
      const text = decoder.write(bytes)
      if (text) await sent(socket, text)
      if (bytes.length > 0) continue
      if (ended) return socket.close(1000)
      if (!grown) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    stopListening()
  }
}

/** Resolves when the bytes left: one chunk at a time is in memory, however slow the reader. A socket that closed is no error here. */
const sent = (socket: WebSocket, text: string): Promise<void> => new Promise((resolve) => socket.send(text, () => resolve()))
