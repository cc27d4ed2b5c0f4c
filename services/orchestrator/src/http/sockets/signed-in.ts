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
  const open = new Map<string, Set<WebSocket>>()
  const endOf = (secret: string): void => {
    for (const socket of open.get(secret) ?? []) end(socket)
    open.delete(secret)
  }
  const look = (secret: string): void => {
    accounts.whoIs(secret).then((who) => { if (!who) endOf(secret) }, onFailure)
  }
  return {
    endOf,
    add(socket, secret) {
      const own = open.get(secret) ?? new Set()
      open.set(secret, own.add(socket))
      const timer = setInterval(look, everyMs, secret)
      socket.on('close', () => {
        clearInterval(timer)
        own.delete(socket)
        if (own.size === 0 && open.get(secret) === own) open.delete(secret)
      })
      // It may have been signed out while this socket was let in.
      look(secret)
    },
  }
}
