/**
 * A WebSocket's upgrade carries the cookie by itself, wherever it was started from; the ticket proves that this page asked for
 * it a moment ago. Single use, 30 s, bound to the cookie that asked.
 */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { problem } from '@orchestra/contracts'
import { Refusal } from './refusal.ts'
import { personOf, sameSecret } from './sign-in.ts'

const lifeMs = 30_000
/** Far above what a page opens at once; bounds the memory that a signed-in caller can take. */
const most = 1000

export const tickets = (app: FastifyInstance): void => {
  const issued = new Map<string, { secret: string; until: number }>()

  app.post('/api/tickets', async (request) => {
    const { secret } = personOf(request)
    const now = Date.now()
    for (const [ticket, t] of issued) if (t.until < now) issued.delete(ticket)
    if (issued.size >= most) throw new Refusal(problem('rate_limited', 'Too many tickets are waiting to be used.'))
    const ticket = randomBytes(24).toString('base64url')
    issued.set(ticket, { secret, until: now + lifeMs })
    return { ticket }
  })

  app.addHook('preHandler', async (request) => {
    if (!request.routeOptions.config.ticket) return
    const { ticket } = request.query as { ticket?: unknown }
    const found = typeof ticket === 'string' ? issued.get(ticket) : undefined
    if (typeof ticket === 'string') issued.delete(ticket)
    if (!found || found.until < Date.now() || !sameSecret(found.secret, personOf(request).secret))
      throw new Refusal(problem('signed_out', 'The ticket of this connection is missing, used or older than 30 seconds.', { next: 'Ask for a new one at POST /api/tickets and connect again.' }))
  })
}
