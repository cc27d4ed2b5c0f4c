import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { throughProxy, withEgress } from './_canary.ts'
import type { Through } from './_canary.ts'

const get = (target: string, headers = ''): { raw: string } => ({ raw: `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:7700\r\n${headers}Connection: close\r\n\r\n` })
const inner = 'GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nConnection: close\r\n\r\n'

/** Each would bring the orchestrator's `{"ok":true,"version"` or the relay's internal answer, if what is checked and what is asked differed. */
const forms = [
  get('http://allowed.example.org@orchestrator:7000/api/health'), get('http://orchestrator:7000\\@allowed.example.org/api/health'), get('http://orchestrator:7000#@allowed.example.org/'),
  get('HTTP://orchestrator:7000/api/health'), get('http:orchestrator:7000/api/health'), get('http:///orchestrator:7000/api/health'), get('//orchestrator:7000/api/health'), get('http://orchestrator%3a7000/api/health'),
  get('http://allowed.example.org/', 'Host: orchestrator:7000\r\n'), get('/api/health', 'Host: orchestrator:7000\r\n'), get('/', 'X-Forwarded-Host: orchestrator:7001\r\n'),
  get('ftp://orchestrator/'), get('file:///var/lib/relay/credential.json'), get('unix:/run/sessions/designer/relay.sock'), get('ws://orchestrator:7000/api/health'), get('https://orchestrator:7000/api/health'),
  get('http://orchestrator:7000/api/health', 'Upgrade: websocket\r\nConnection: upgrade\r\n'), get('/internal/sessions/designer/terminal/cli', 'Authorization: Bearer x\r\n'), get('http://relay:7100/health'), get('/health'),
  { raw: `CONNECT allowed.example.org@orchestrator:7000 HTTP/1.1\r\nHost: x\r\n\r\n${inner}` }, { raw: `CONNECT orchestrator:7000@allowed.example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n${inner}` },
  { raw: `CONNECT orchestrator HTTP/1.1\r\nHost: orchestrator:7000\r\n\r\n${inner}` }, { raw: `CONNECT http://orchestrator:7000/ HTTP/1.1\r\nHost: x\r\n\r\n${inner}` }, { raw: `CONNECT orchestrator:07000 HTTP/1.1\r\n\r\n${inner}` },
  { raw: `CONNECT orchestrator:7000 HTTP/1.0\r\n\r\n${inner}` }, { raw: `CONNECT github.com:443\torchestrator:7000 HTTP/1.1\r\nHost: x\r\n\r\n${inner}` },
  { raw: `POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nCONNECT orchestrator:7000 HTTP/1.1\r\nHost: x\r\n\r\n${inner}` },
  { raw: `GET http://a.example.org/ HTTP/1.1\r\nHost: x\r\n\r\nGET http://orchestrator:7000/api/health HTTP/1.1\r\nHost: x\r\n\r\nCONNECT orchestrator:7001 HTTP/1.1\r\nHost: x\r\n\r\n${inner}` },
  { raw: `POST /llm/v1/messages HTTP/1.1\r\nHost: orchestrator:7000\r\nContent-Length: ${inner.length}\r\n\r\n${inner}` },
]

const attack: Attack = {
  tries: 'asks the relay in forms that a checker and a client read apart: credentials in the authority, another Host, other schemes, tabs, smuggled and pipelined requests, upgrades, internal paths',
  success: 'an answer of a service of the stack came back',
  run: async (t) => withEgress(t, { egress: 'open' }, async () => {
    const evil = await t.agent()
    const seen = JSON.parse(await evil.sh(throughProxy(forms), { deadlineMs: 180_000 })) as Through[]
    need(seen.length === forms.length && seen.filter((s) => s.first.startsWith('HTTP/1.1 4') || s.first.startsWith('HTTP/1.1 5')).length > forms.length / 2, `the relay did not answer: ${JSON.stringify(seen.slice(0, 3))}`)
    const at = seen.findIndex((s) => /"ok":true|"version"|HTTP\/1\.1 200 Connection|101 Switching/.test(s.text))
    if (at >= 0) return { through: `${forms[at]?.raw.split('\r\n')[0] ?? ''}: ${seen[at]?.text.slice(0, 300) ?? ''}` }
    return { held: `${forms.length} forms, answers ${[...new Set(seen.map((s) => s.first))].sort().join(' | ')}` }
  }),
}
export default attack
