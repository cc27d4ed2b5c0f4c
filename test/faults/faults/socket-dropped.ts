/** #17: a page's state socket is cut again and again, and one page reads too slowly. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

type Frame = { type: string; seq: number; state?: { messages: { id: string }[] }; changes?: { entity: string; id: string; value: unknown }[] }

export const fault: Fault = {
  promise: 'A page that comes back has everything, with no gap and nothing twice; a slow one is turned away and holds up nobody.',
  run: async (rig) => {
    const id = await rig.spawn('watched')
    const seen = new Set<string>()
    let cuts = 0
    let stop = false
    const watch = async (): Promise<void> => {
      while (!stop) {
        const socket = new WebSocket(await rig.client.socket('/ws/state'), { headers: { origin: rig.client.origin, cookie: rig.client.cookie } } as never)
        let last = -1
        await new Promise<void>((done, broken) => {
          const cut = setTimeout(() => socket.close(), 300 + (cuts % 5) * 200)
          socket.onmessage = (m) => {
            const frame = JSON.parse(String(m.data)) as Frame
            if (frame.type === 'snapshot') for (const one of frame.state?.messages ?? []) seen.add(one.id)
            if (frame.type === 'patch') {
              if (last >= 0 && frame.seq !== last + 1) broken(new Error(`a gap: ${frame.seq} after ${last}`))
              for (const c of frame.changes ?? []) if (c.entity === 'message') seen.add(c.id)
            }
            last = frame.seq
          }
          socket.onclose = () => { clearTimeout(cut); done() }
          socket.onerror = () => undefined
        })
        cuts += 1
      }
    }
    const watching = watch()
    const sent: string[] = []
    for (let i = 0; i < 25; i += 1) { sent.push(await rig.tell(id, `Watched, number ${i}.`)); await forSeconds(0.2) }
    await forSeconds(2)
    stop = true
    await watching
    const missed = sent.filter((m) => !seen.has(m))
    if (missed.length > 0 || cuts < 5) throw new Error(`${missed.length} messages were never shown, over ${cuts} cuts`)
  },
}
