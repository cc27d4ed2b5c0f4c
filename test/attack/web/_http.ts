/** Requests as a hostile page or program makes them: every header by hand, over a plain socket. */
import net from 'node:net'

export type Answer = { status: number; text: string }

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n')
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  return end >= 0 && length !== undefined && text.length - end - 4 >= Number(length)
}

/** `to`: the address that is dialled; what the request says of itself is up to the caller. */
export const raw = (to: URL, head: string[], body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(to.port), to.hostname)
    let text = ''
    const done = (): void => { socket.destroy(); resolve({ status: Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0), text: text.slice(0, 4000) }) }
    socket.setTimeout(8000, done)
    socket.on('connect', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`))
    // An upgrade that was let in stays open, and so may the connection of one that was refused.
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); if (text.startsWith('HTTP/1.1 101') || isWhole(text)) done() })
    socket.on('end', done).on('close', done).on('error', (e) => (text === '' ? reject(e) : done()))
  })

export const post = (to: URL, path: string, body: unknown, headers: Record<string, string | string[]>): Promise<Answer> => {
  const text = JSON.stringify(body)
  const lines = Object.entries(headers).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((v) => `${name}: ${v}`))
  return raw(to, [`POST ${path} HTTP/1.1`, ...lines, 'content-type: application/json', `content-length: ${Buffer.byteLength(text)}`, 'connection: close'], text)
}

export const upgrade = (to: URL, path: string, headers: Record<string, string>): Promise<Answer> =>
  raw(to, [`GET ${path} HTTP/1.1`, ...Object.entries(headers).map(([n, v]) => `${n}: ${v}`), 'connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg=='])

export type Held = { status: number; text: () => string; send: (payload: string) => void; ended: () => boolean; cut: () => void }

/** A WebSocket as a client holds it that wants to stay: it reads, it writes, and never answers that it should close. */
export const hold = (to: URL, path: string, headers: Record<string, string>): Promise<Held> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(to.port), to.hostname)
    let [text, ended] = ['', false]
    const held = (): Held => ({
      status: Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0), text: () => text, ended: () => ended, cut: () => socket.destroy(),
      send: (payload) => {
        const bytes = Buffer.from(payload)
        if (bytes.length > 125) throw new Error('a short frame has 125 bytes at most')
        // Masked, as a server wants it, with a mask that changes nothing.
        if (!ended) socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]))
      },
    })
    socket.on('connect', () => socket.write([`GET ${path} HTTP/1.1`, ...Object.entries({ ...headers, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==' }).map(([n, v]) => `${n}: ${v}`), '', ''].join('\r\n')))
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); if (text.includes('\r\n\r\n')) resolve(held()) })
    socket.on('close', () => { ended = true; resolve(held()) })
    socket.on('error', (e) => { ended = true; reject(e) })
  })
