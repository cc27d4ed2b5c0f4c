/** A tool called as the CLI calls it, over the session's own socket, with anything else put into the request. */
import type { Agent } from './agent.ts'

export type Called = { status: number; text: string; error: boolean }

export const callTools = async (agent: Agent, calls: { name: string; args: unknown; extra?: Record<string, unknown>; headers?: Record<string, string> }[]): Promise<Called[]> => {
  const script = `cat >/tmp/calls.mjs <<'EOF'
const calls = ${JSON.stringify(calls)}
const out = []
for (const c of calls) {
  const res = await fetch('http://127.0.0.1:7700/mcp', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...c.headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', ...c.extra, params: { name: c.name, arguments: c.args, ...c.extra } }), signal: AbortSignal.timeout(15000) }).catch((e) => ({ status: 0, text: async () => String(e) }))
  const text = await res.text().catch(String)
  out.push({ status: res.status, text: text.slice(0, 1500), error: res.status !== 200 || /"isError":true|"error":/.test(text) })
}
console.log(JSON.stringify(out))
process.exit(0)
EOF
node /tmp/calls.mjs`
  return JSON.parse(await agent.sh(script, { deadlineMs: 300_000 })) as Called[]
}
