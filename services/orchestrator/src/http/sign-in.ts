/** Who is there: a one-time token becomes a cookie, the cookie becomes a person on every later request. */
import { timingSafeEqual, createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problem } from '@orchestra/contracts'
import type { Accounts } from '../ports/engine.ts'
import type { PublicConfig } from './config.ts'
import { parse, Refusal } from './refusal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but the few open ones. */
    person: { name: string; secret: string } | null
  }
}

const signedOut = () => new Refusal(problem('signed_out', 'You are not signed in.'))
const cookieSeconds = 30 * 24 * 3600
/**
 * Wrong sign-ins in a minute, over all callers: behind the proxy they share one address. A token that is right is let in whatever others
 * guessed: nobody is to hold up the owner's sign-in, and 256 random bits are not guessed at any rate. Looking one up costs what any request
 * with a made-up cookie costs.
 */
const wrongPerMinute = 20

export const personOf = (request: FastifyRequest): { name: string; secret: string } => {
  if (!request.person) throw signedOut()
  return request.person
}

/** Equal without telling by the time it took where they differ. */
export const sameSecret = (a: string, b: string): boolean => {
  const digest = (s: string) => createHash('sha256').update(s).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const counter = (perMinute: number) => {
  let start = 0
  let count = 0
  return (now: number): boolean => {
    if (now - start > 60_000) [start, count] = [now, 0]
    count += 1
    return count <= perMinute
  }
}

/** `onSignOut`: that sign-in has ended. */
export const signIn = (app: FastifyInstance, accounts: Accounts, config: PublicConfig, onSignOut: (secret: string) => void): void => {
  const cookie = `orchestra_${config.install}`
  const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: config.tls } as const
  const mayGuess = counter(wrongPerMinute)

  app.decorateRequest('person', null)
  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.open || request.routeOptions.url === undefined) return
    const secret = request.cookies[cookie]
    const who = secret ? await accounts.whoIs(secret) : null
    if (!secret || !who) throw signedOut()
    request.person = { name: who.name, secret }
  })

  app.post('/api/session', { config: { open: true } }, async (request, reply) => {
    const { token } = parse(z.object({ token: z.string().min(1).max(500) }), request.body, 'body')
    const redeemed = await accounts.redeem(token)
    if (!redeemed) throw new Refusal(mayGuess(Date.now()) ? problem('signed_out', 'This sign-in link was used before, or is too old.') : problem('rate_limited', 'Too many wrong sign-in attempts in this minute.', { next: 'A link that was never used is let in all the same: `orchestra link` prints one.' }))
    reply.setCookie(cookie, redeemed.secret, { ...options, maxAge: cookieSeconds })
    return { name: redeemed.name }
  })

  app.delete('/api/session', async (request, reply) => {
    const { secret } = personOf(request)
    await accounts.signOut(secret)
    onSignOut(secret)
    reply.clearCookie(cookie, options)
    return {}
  })
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without being signed in. */
    open?: boolean
    /** Needs a `?ticket=`: every WebSocket. */
    ticket?: boolean
  }
}
