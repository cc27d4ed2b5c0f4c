import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { memorySpec, openDoor } from '../fixture.ts'

let door: Awaited<ReturnType<typeof openDoor>>
afterEach(() => door.close())

const editor = async () => {
  const ticket = await door.ticket()
  const { base, cookie } = door
  class Dialled extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { origin: base, cookie } })
    }
  }
  const socket = new HocuspocusProviderWebsocket({ url: door.socketUrl('/ws/spec', ticket), WebSocketPolyfill: Dialled })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: 'spec' })
  provider.attach()
  await new Promise<void>((resolve) => provider.on('synced', () => resolve()))
  const text = provider.document.getText('text')
  /** Resolves when the text is as wanted. */
  const becomes = (wanted: (now: string) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => wanted(text.toString()) && resolve()
      provider.document.on('update', look)
      look()
    })
  const saved = () => new Promise<void>((resolve) => provider.on('stateless', ({ payload }: { payload: string }) => JSON.parse(payload).saved && resolve()))
  return { provider, text, becomes, saved, leave: () => (provider.destroy(), socket.destroy()) }
}

it('joins two editors and the file', async () => {
  const file = memorySpec('start\n')
  door = await openDoor(file.engine)
  const [one, two] = [await editor(), await editor()]
  await Promise.all([one.becomes((t) => t === 'start\n'), two.becomes((t) => t === 'start\n')])
  one.text.insert(0, 'by one\n')
  await two.becomes((t) => t.startsWith('by one'))
  file.write(`${file.text()}by the agent\n`)
  await Promise.all([one, two].map((e) => e.becomes((t) => t === 'by one\nstart\nby the agent\n')))
  const saved = two.saved()
  two.text.insert(0, 'by two\n')
  await saved
  expect(file.text()).toBe('by two\nby one\nstart\nby the agent\n')
  one.leave()
  two.leave()
})

it('writes what was typed last when the door closes', async () => {
  const file = memorySpec('')
  door = await openDoor(file.engine)
  const [one, two] = [await editor(), await editor()]
  one.text.insert(0, 'last words')
  await two.becomes((t) => t === 'last words')
  await door.close()
  expect(file.text()).toBe('last words')
  one.leave()
  two.leave()
})
