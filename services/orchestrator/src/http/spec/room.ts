/** GET /ws/spec: the spec's shared document over Hocuspocus, and the bridge that ties it to the file. */
import { join } from 'node:path'
import { Hocuspocus } from '@hocuspocus/server'
import type { WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import type { Problem } from '@orchestra/contracts'
import type { Engine } from '../../ports/engine.ts'
import { closeCodes } from '../sockets/codes.ts'
import { SpecBridge } from './bridge.ts'
import { specStore } from './store.ts'

const documentName = 'spec'
const debounceMs = 250
/** A person who types without a pause still has the file written this often. */
const longestMs = 1000
const retryMs = 2000
const mostWaiting = 8 * 1024 * 1024

type Context = { name: string }

export const specRoom = (engine: Pick<Engine, 'readSpec' | 'writeSpec' | 'onSpec'>, stateDir: string, report: (error: unknown, what: string) => void) => {
  const bridge = new SpecBridge(engine, specStore(join(stateDir, 'spec.yjs.json')))
  let retry: NodeJS.Timeout | null = null

  /** Pages are told how their text fares: `{ saved: true }` or `{ saved: false, problem }`. */
  const tell = (message: { saved: true } | { saved: false; problem: Problem }): void => room.documents.get(documentName)?.broadcastStateless(JSON.stringify(message))
  const save = async (name: string): Promise<void> => {
    if (retry) clearTimeout(retry)
    retry = null
    const problem = await bridge.save({ kind: 'person', name })
    tell(problem ? { saved: false, problem } : { saved: true })
    if (!problem) {
      const document = room.documents.get(documentName)
      if (document) await room.unloadDocument(document)
      return
    }
    report(problem, 'the spec could not be saved; trying again')
    retry = setTimeout(() => void save(name).catch((error: unknown) => report(error, 'saving the spec failed')), retryMs)
  }
  const room = new Hocuspocus<Context>({
    quiet: true,
    debounce: debounceMs,
    maxDebounce: longestMs,
    onConnect: async (payload) => {
      if (payload.documentName !== documentName) throw new Error(`there is no document ${payload.documentName}`)
    },
    onLoadDocument: async ({ document }) => bridge.load(document),
    afterLoadDocument: async ({ context }) => save(nameOf(context)),
    onStoreDocument: async ({ lastContext }) => save(nameOf(lastContext)),
    // A text that could not be written stays in memory until it is.
    beforeUnloadDocument: async () => {
      if (retry) throw new Error('the spec is not saved yet')
    },
  })
  const stopWatching = engine.onSpec(() => {
    bridge.fileChanged().catch((error: unknown) => report(error, 'reading the spec failed'))
  })

  return {
    join(socket: WebSocket, name: string): void {
      const bounded: WebSocketLike = {
        get readyState() {
          return socket.readyState
        },
        send: (data) => {
          if (socket.bufferedAmount > mostWaiting) socket.terminate()
          else socket.send(data as Uint8Array)
        },
        close: (code, reason) => socket.close(code, reason),
      }
      const connection = room.handleConnection(bounded, new Request(`http://spec/${documentName}`), { name })
      socket.on('message', (data, isBinary) => {
        if (isBinary) connection.handleMessage(new Uint8Array(data as Buffer))
        else socket.close(closeCodes.unknown, 'binary frames only')
      })
      socket.on('close', (code, reason) => connection.handleClose({ code, reason: reason.toString() } as CloseEvent))
    },
    async stop(): Promise<void> {
      stopWatching()
      room.flushPendingStores()
      if (room.documents.has(documentName)) await save(nameOf(undefined))
      if (retry) clearTimeout(retry)
      room.closeConnections()
    },
  }
}

/** Edits of the file that nobody connected made are folded in on the person's behalf. */
const nameOf = (context: Partial<Context> | undefined): string => context?.name ?? 'owner'
