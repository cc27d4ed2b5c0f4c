/** Opens a connection to a host that the policy lets through: the name is resolved here, and the address that was checked is the one dialled. */
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import { refusedAddress } from './address.ts'
import { normal } from './policy.ts'
import type { EgressPolicy } from './policy.ts'

const CONNECT_TIMEOUT = 15_000

export type Resolve = (host: string) => Promise<string[]>
const resolveName: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map((found) => found.address)

export type Egress = {
  /** `forbidden` is a refusal (to be reported); `timed_out` and `not_found` are the network's. */
  dial(host: string, port: number, tls: boolean): Promise<Result<Socket>>
}

export const makeEgress = (policy: EgressPolicy, resolve: Resolve = resolveName): Egress => ({
  async dial(host, port, tls) {
    const verdict = policy.judge(host, port, tls)
    if (!verdict.allowed) return fail(problem('forbidden', `${host}:${port} is ${verdict.reason}.`, { next: 'Ask the person to allow it, or do without.' }))
    let addresses: string[]
    try {
      addresses = await resolve(normal(host))
    } catch (error) {
      return fail(problem('not_found', `The name ${host} can not be resolved.`, { detail: String(error) }))
    }
    const open = verdict.exempt ? addresses : addresses.filter((address) => refusedAddress(address) === null)
    if (open.length === 0) {
      const why = addresses[0] === undefined ? 'no address' : refusedAddress(addresses[0])
      return fail(problem('forbidden', `${host} leads to ${why}.`, { next: 'Only public addresses are reached, unless the operator names the host.' }))
    }
    return dialFirst(open.slice(0, 4), port, host)
  },
})

const dialFirst = async (addresses: string[], port: number, host: string): Promise<Result<Socket>> => {
  let last: unknown
  for (const address of addresses) {
    try {
      return ok(await dialOne(address, port))
    } catch (error) {
      last = error
    }
  }
  return fail(problem('timed_out', `${host}:${port} can not be reached.`, { detail: String(last) }))
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
