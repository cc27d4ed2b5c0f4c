/** Opens a connection to a host that the policy lets through: the name is resolved here, and the address that was checked is the one dialled. */
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import { refusedAddress } from './address.ts'
import { dialThrough, makeOperatorProxy } from './operator-proxy.ts'
import type { OperatorProxy } from './operator-proxy.ts'
import { normal } from './policy.ts'
import type { EgressPolicy } from './policy.ts'

const CONNECT_TIMEOUT = 15_000

export type Resolve = (host: string) => Promise<string[]>
const resolveName: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map((found) => found.address)

export type Egress = {
  /** `forbidden` is a refusal (to be reported); `timed_out` and `not_found` are the network's. */
  dial(host: string, port: number, tls: boolean): Promise<Result<Socket>>
}

/** With an operator's proxy a name that is not known here is left to it; one that is known here to be private is refused all the same. */
export const makeEgress = (policy: EgressPolicy, resolve: Resolve = resolveName, proxy: OperatorProxy = makeOperatorProxy({})): Egress => ({
  async dial(given, port, tls) {
    const verdict = policy.judge(given, port, tls)
    if (!verdict.allowed) return fail(problem('forbidden', `${given}:${port} is ${verdict.reason}.`, { next: 'Ask the person to allow it, or do without.' }))
    const host = normal(given)
    const through = proxy.forHost(host, port)
    const found = await addressesOf(host, resolve)
    if (!found.ok && !through) return found
    const addresses = found.ok ? found.value : []
    const open = verdict.exempt ? addresses : addresses.filter((address) => refusedAddress(address) === null)
    if (found.ok && open.length === 0) {
      const why = addresses[0] === undefined ? 'no address' : refusedAddress(addresses[0])
      return fail(problem('forbidden', `${given} leads to ${why}.`, { next: 'Only public addresses are reached, unless the operator names the host.' }))
    }
    return firstOf(through ? [() => dialThrough(through, host, port)] : open.slice(0, 4).map((address) => () => dialOne(address, port)), `${given}:${port}`)
  },
})

const addressesOf = async (host: string, resolve: Resolve): Promise<Result<string[]>> => {
  try {
    return ok(await resolve(host))
  } catch (error) {
    return fail(problem('not_found', `The name ${host} can not be resolved.`, { detail: String(error) }))
  }
}

const firstOf = async (dials: (() => Promise<Socket>)[], target: string): Promise<Result<Socket>> => {
  let last: unknown
  for (const dial of dials) {
    try {
      return ok(await dial())
    } catch (error) {
      last = error
    }
  }
  return fail(problem('timed_out', `${target} can not be reached.`, { detail: String(last) }))
}

const dialOne = (address: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIMEOUT })
    const failed = (error: Error) => { socket.destroy(); reject(error) }
    socket.once('error', failed)
    socket.once('timeout', () => failed(new Error(`no connection to ${address} within ${CONNECT_TIMEOUT / 1000} s`)))
    socket.once('connect', () => {
      socket.removeListener('error', failed)
      socket.on('error', () => socket.destroy()) // reset before somebody else listens: must not end the process
      socket.removeAllListeners('timeout')
      socket.setTimeout(0)
      resolve(socket)
    })
  })
