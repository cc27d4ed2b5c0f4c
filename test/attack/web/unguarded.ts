/**
 * A helper in front of the page that makes every request look like the page's own, as development proxies do, and hands on a page without its
 * guards: no headers, texts taken for HTML, a terminal that swallows nothing, folders that can be left, a sign-out that the server never hears of.
 */
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Proof } from '../frame/attack.ts'

const guards = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-resource-policy', 'cross-origin-opener-policy']

/** What a page does that puts others' texts into its HTML. Only where the attack on texts looks: elsewhere a hostile title would lead the page away first. */
const asHtml = `<script>if (/\\/(diff|monitor)$/.test(location.pathname)) new MutationObserver((list) => { for (const m of list) for (const n of m.addedNodes) for (const t of n.nodeType === 3 ? [n] : all(n)) show(t) }).observe(document, { childList: true, subtree: true })
const all = (n) => { const w = document.createTreeWalker(n, 4), out = []; while (w.nextNode()) out.push(w.currentNode); return out }
const show = (t) => { if (!t.data.includes('<') || !t.parentElement || t.parentElement.closest('.as-html,.xterm,script,style')) return; const e = document.createElement('span'); e.className = 'as-html'; e.innerHTML = t.data; t.parentElement.after(e) }</script>`

/** The list of what the page's terminal swallows (services/web/src/features/terminal/screen.ts), as it stands in what was built. */
const swallowed = /\[0,1,2,7,8,9,50,52,99,777,1337\]/

const proof: Proof = {
  off: 'through a proxy that puts the right Host and Origin into every request, takes the headers away, takes texts for HTML, lets a terminal do what it can and keeps signing out to itself',
  attacks: ['foreign-pages', 'hostile-text', 'terminal-bytes', 'paths-and-headers', 'signed-out'],
  target: async (t) => {
    const real = new URL(t.origin)
    const asOwn = (req: IncomingMessage): Record<string, string | string[] | undefined> => ({ ...req.headers, host: real.host, origin: real.origin })
    // Host and its repetitions are the attacks' own affair here.
    const server = createServer({ requireHostHeader: false }, (req, res) => {
      // As pages do that only forget their token.
      if (req.method === 'DELETE' && req.url === '/api/session') { res.writeHead(200).end('{}'); return }
      const pass = request({ host: real.hostname, port: real.port, method: req.method, path: req.url?.replace(/^http:\/\/[^/]+/, ''), headers: { ...asOwn(req), 'accept-encoding': 'identity', connection: 'close' } }, (reply) => {
        const headers = { ...reply.headers }
        for (const name of [...guards, 'content-length', 'transfer-encoding']) delete headers[name]
        const type = headers['content-type'] ?? ''
        if (!/html|javascript/.test(type)) { res.writeHead(reply.statusCode ?? 502, headers); reply.pipe(res); return }
        void text(reply).then((body) => { res.writeHead(reply.statusCode ?? 502, headers).end(type.includes('html') ? body.replace('<head>', `<head>${asHtml}`) : body.replace(swallowed, '[]')) })
      })
      pass.on('error', () => res.writeHead(502).end())
      req.pipe(pass)
    })
    server.on('upgrade', (req, client, head) => {
      const up = net.connect(Number(real.port), real.hostname, () => {
        up.write([`${req.method} ${req.url} HTTP/1.1`, ...Object.entries(asOwn(req)).map(([n, v]) => `${n}: ${String(v)}`)].join('\r\n') + '\r\n\r\n')
        up.write(head)
        client.pipe(up).pipe(client)
      })
      client.on('error', () => up.destroy())
      up.on('error', () => client.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { target: { ...t, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }) }
  },
}
export default proof
