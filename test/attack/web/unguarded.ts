/** A helper in front of the page that makes every request look like the page's own, as development proxies do. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import type { Proof } from '../frame/attack.ts'

const proof: Proof = {
  off: 'with a proxy in front that puts the right Host and Origin into every request',
  attacks: ['foreign-pages'],
  target: async (t) => {
    const real = new URL(t.origin)
    const server = createServer((client) => {
      const page = net.connect(Number(real.port), real.hostname)
      client.on('error', () => page.destroy())
      page.on('error', () => client.destroy())
      client.once('data', (chunk) => {
        const [head = '', ...rest] = chunk.toString('latin1').split('\r\n\r\n')
        const [first = '', ...lines] = head.split('\r\n')
        const kept = lines.filter((l) => !/^(host|origin):/i.test(l))
        page.write(Buffer.from([first, `host: ${real.host}`, `origin: ${real.origin}`, ...kept].join('\r\n') + '\r\n\r\n' + rest.join('\r\n\r\n'), 'latin1'))
        client.pipe(page)
      })
      page.pipe(client)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { target: { ...t, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, close: () => new Promise((resolve) => { server.close(() => resolve()) }) }
  },
}
export default proof
