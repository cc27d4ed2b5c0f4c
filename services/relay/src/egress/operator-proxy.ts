/**
 * The operator's own proxy, where the relay's environment names one: then it is the way out for agents too. The policy has been
 * asked before; the name goes to the proxy, which resolves it.
 */
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'

const CONNECT_TIMEOUT = 15_000

export type OperatorProxy = { /** null: dial directly */ forHost: (host: string, port: number) => URL | null }
export type ProxyEnvironment = { HTTPS_PROXY?: string; HTTP_PROXY?: string; NO_PROXY?: string }

/** NO_PROXY: hosts, domains (with or without a leading dot or `*.`) and `host:port`, separated by commas; `*` means no proxy at all. */
export const makeOperatorProxy = (environment: ProxyEnvironment): OperatorProxy => {
  const address = environment.HTTPS_PROXY || environment.HTTP_PROXY
  const proxy = address ? new URL(/^https?:\/\//.test(address) ? address : `http://${address}`) : null
  const direct = (environment.NO_PROXY ?? '').toLowerCase().split(',').map((one) => one.trim()).filter(Boolean).map((one) => {
    const found = /^\*?\.?(.+?)(?::(\d+))?$/.exec(one)
    return { host: found?.[1] ?? one, port: found?.[2] ? Number(found[2]) : null }
  })
  return {
    forHost(host, port) {
      const exempt = direct.some((rule) => rule.host === '*' || ((rule.port === null || rule.port === port) && (host === rule.host || host.endsWith(`.${rule.host}`))))
      return exempt ? null : proxy
    },
  }
}

/** A tunnel through the proxy; rejects with what the proxy said. */
export const dialThrough = (proxy: URL, host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const path = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const credentials = proxy.username ? `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}` : null
    const req = (proxy.protocol === 'https:' ? secureRequest : request)({
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path,
      timeout: CONNECT_TIMEOUT,
      headers: { host: path, ...(credentials ? { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` } : {}) },
    })
    req.once('connect', (answer, socket: Socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        return reject(new Error(`the proxy ${proxy.host} answered ${answer.statusCode}`))
      }
      socket.setTimeout(0)
      socket.on('error', () => socket.destroy()) // reset before somebody else listens: must not end the process
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    req.once('response', (answer) => {
      answer.resume()
      reject(new Error(`the proxy ${proxy.host} answered ${answer.statusCode}`))
    })
    req.once('timeout', () => req.destroy(new Error(`the proxy ${proxy.host} did not answer within ${CONNECT_TIMEOUT / 1000} s`)))
    req.once('error', reject)
    req.end()
  })
