/** Opens a connection to a host that the policy lets through: the name is resolved here, and the address that was checked is the one dialled. */
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { problem } from '@orchestra/contracts'
import type { EgressCause, Problem } from '@orchestra/contracts'
import { refusedAddress } from './address.ts'
import { dialThrough, makeOperatorProxy } from './operator-proxy.ts'
import type { OperatorProxy } from './operator-proxy.ts'
import type { Policy } from './policy.ts'
import { normal } from './rules.ts'

const CONNECT_TIMEOUT = 15_000

export type Resolve = (host: string) => Promise<string[]>
const resolveName: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map((found) => found.address)

/** With a `cause` it is a refusal, to be reported; without one the network's own failure. */
export type Dialled = { ok: true; value: Socket } | { ok: false; problem: Problem; cause: EgressCause | null }
export type Egress = {
  dial(host: string, port: number, tls: boolean): Promise<Dialled>
  /** Whether a tunnel that is open may stay. */
  stillAllowed(host: string, port: number): boolean
  onChange: Policy['onChange']
}

const refused = (cause: EgressCause, message: string, next: string): Dialled => ({ ok: false, cause, problem: problem('forbidden', message, { next }) })
const failed = (code: 'not_found' | 'timed_out', message: string, error: unknown): Dialled => ({ ok: false, cause: null, problem: problem(code, message, { detail: String(error) }) })

/** With an operator's proxy a name that is not known here is left to it; one that is known here to be private is refused all the same. */
export const makeEgress = (policy: Policy, resolve: Resolve = resolveName, proxy: OperatorProxy = makeOperatorProxy({})): Egress => ({
  async dial(given, port, tls) {
    const verdict = policy.judge(given, port, tls)
    if (!verdict.allowed) return refused(verdict.cause, `${given}:${port} is ${verdict.reason}.`, verdict.cause === 'unlisted' ? 'The person is asked whether it may be; try again when they have allowed it, or do without.' : 'Ask the person to allow it, or do without.')
    const host = normal(given)
    const through = proxy.forHost(host, port)
    const found = await addressesOf(host, resolve)
    if (found instanceof Error && !through) return failed('not_found', `The name ${host} can not be resolved.`, found.cause)
    const addresses = found instanceof Error ? [] : found
    const open = verdict.exempt ? addresses : addresses.filter((address) => refusedAddress(address) === null)
    if (!(found instanceof Error) && open.length === 0) {
      const why = addresses[0] === undefined ? 'no address' : refusedAddress(addresses[0])
      return refused('address', `${given} leads to ${why}.`, 'Only public addresses are reached, unless the operator names the host.')
    }
    return firstOf(through ? [() => dialThrough(through, host, port)] : open.slice(0, 4).map((address) => () => dialOne(address, port)), `${given}:${port}`)
  },
  stillAllowed: (host, port) => policy.judge(host, port, true).allowed,
  onChange: (listener) => policy.onChange(listener),
})

const addressesOf = async (host: string, resolve: Resolve): Promise<string[] | Error> => {
  try {
    return await resolve(host)
  } catch (cause) {
    return new Error(`the name ${host} can not be resolved`, { cause })
  }
}

const firstOf = async (dials: (() => Promise<Socket>)[], target: string): Promise<Dialled> => {
  let last: unknown
  for (const dial of dials) {
    try {
      return { ok: true, value: await dial() }
    } catch (error) {
      last = error
    }
  }
  return failed('timed_out', `${target} can not be reached.`, last)
}

const dialOne = (address: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIMEOUT })
    const giveUp = (error: Error) => { socket.destroy(); reject(error) }
    socket.once('error', giveUp)
    socket.once('timeout', () => giveUp(new Error(`no connection to ${address} within ${CONNECT_TIMEOUT / 1000} s`)))
    socket.once('connect', () => {
      socket.removeListener('error', giveUp)
      socket.on('error', () => socket.destroy()) // reset before somebody else listens: must not end the process
      socket.removeAllListeners('timeout')
      socket.setTimeout(0)
      resolve(socket)
    })
  })
