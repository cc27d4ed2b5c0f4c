/**
 * Open sockets by the sign-in that opened them. Signing out ends them at once; a sign-in that ended elsewhere (in the database) is seen at the
 * next look. A client that does not answer the close frame is not heard any more and cut off.
 */
import type { WebSocket } from 'ws'
import type { Accounts } from '../../ports/engine.ts'
import { closeCodes } from './codes.ts'

/** How long a sign-in that ended elsewhere may keep its open sockets. */
const lookAgainMs = 60_000
const closeGraceMs = 2000

const end = (socket: WebSocket): void => {
  // Frames go on arriving until the other side answers, and what it types must reach nothing from now on.
  socket.removeAllListeners('message')
  socket.resume()
  socket.close(closeCodes.signedOut, 'signed out')
  setTimeout(() => socket.terminate(), closeGraceMs).unref()
}

export type SignedInSockets = {
  /** From now on the socket lives as long as its sign-in. Add it before it gets or takes anything. */
  add(socket: WebSocket, secret: string): void
  /** That sign-in has ended. */
  endOf(secret: string): void
}

export const signedInSockets = (accounts: Pick<Accounts, 'whoIs'>, onFailure: (error: unknown) => void, everyMs = lookAgainMs): SignedInSockets => {
  const open = new Map<string, { sockets: Set<WebSocket>; timer: NodeJS.Timeout }>()
  const forget = (secret: string): Set<WebSocket> => {
    const known = open.get(secret)
    clearInterval(known?.timer)
    open.delete(secret)
    return known?.sockets ?? new Set()
  }
  const endOf = (secret: string): void => forget(secret).forEach(end)
  const look = (secret: string): void => {
    accounts.whoIs(secret).then((who) => { if (!who) endOf(secret) }, onFailure)
  }
  return {
    endOf,
    add(socket, secret) {
      const own = open.get(secret) ?? { sockets: new Set(), timer: setInterval(look, everyMs, secret) }
      open.set(secret, own)
      own.sockets.add(socket)
      socket.on('close', () => {
        own.sockets.delete(socket)
        if (own.sockets.size === 0 && open.get(secret) === own) forget(secret)
      })
      // It may have been signed out while this socket was let in.
      look(secret)
    },
  }
}
