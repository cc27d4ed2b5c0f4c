import { expect, test } from 'vitest'
import type { ProviderTool } from '@orchestra/contracts'
import { checkModelRequest } from './policy.ts'

const check = (request: unknown) => checkModelRequest(Buffer.from(JSON.stringify(request)))
const forbidden = { ok: false, problem: { code: 'forbidden' } }

test('what a coding CLI sends passes byte for byte', () => {
  const request = {
    model: 'm', stream: true, max_tokens: 1, system: [{ type: 'text', text: 's' }],
    tools: [{ name: 'Bash', input_schema: {} }, { type: 'custom', name: 'x', input_schema: {} }, { type: 'bash_20250124', name: 'bash' }],
    messages: [{ role: 'user', content: 'hi ü' }, { role: 'user', content: [{ type: 'image', source: { type: 'base64', data: '' } }] }],
  }
  expect(check(request)).toEqual({ ok: true, value: { model: 'm', text: JSON.stringify(request), maxTokens: 1, streamed: true } })
})
test.each([
  ['web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
  ['web fetch', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
  ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'c' }] }],
  ['a tool type nobody knows yet', { tools: [{ type: 'teleport_20300101', name: 't' }] }],
  ['a tool type that is no text', { tools: [{ type: ['custom'], name: 't' }] }],
  ['remote MCP', { mcp_servers: [{ type: 'url', url: 'https://example.com', name: 'x' }] }],
  ['a container', { container: { skills: [] } }],
  ['an image by URL', { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/x' } }] }] }],
  ['one inside a tool result', { messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] }] }] }],
  ['one inside a document', { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'content', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] } }] }] }],
  ['a file of the provider by its id', { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'file_1' } }] }] }],
  ['one inside a tool result', { messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }] }] }] }],
  ['one under another type', { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', data: '', file_id: 'file_1' } }] }] }],
  ['one for a container of the provider', { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'file_1' }] }] }],
])('%s is refused', (_name, request) => expect(check(request)).toMatchObject(forbidden))

test('data that only looks like a source passes', () => {
  expect(check({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'x', input: { source: { type: 'url' } } }] }] }).ok).toBe(true)
})
test('of a key given twice the one that was checked is sent', () => {
  const twice = '{"tools":[{"type":"web_fetch_20250910"}],"tools":[]}'
  expect(checkModelRequest(Buffer.from(twice))).toMatchObject({ ok: true, value: { text: '{"tools":[]}' } })
})
test('a project allows the provider\'s tools one by one', () => {
  const given = (request: unknown, allowed: ProviderTool[]) => checkModelRequest(Buffer.from(JSON.stringify(request)), allowed).ok
  const search = { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }
  const fetch = { tools: [...search.tools, { type: 'web_fetch_20250910', name: 'web_fetch' }] }
  expect([given(search, ['web_search']), given(fetch, ['web_search']), given(fetch, ['web_search', 'web_fetch'])]).toEqual([true, false, true])
  expect([given({ mcp_servers: [{ url: 'x' }] }, ['mcp']), given({ container: 'c' }, ['code_execution']), given({ container: 'c' }, ['mcp'])]).toEqual([true, true, false])
  const image = { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] }] }
  expect([given(image, ['url_source']), given(image, ['web_fetch', 'file_source'])]).toEqual([true, false])
  const stored = { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'file_1' } }] }] }
  expect([given(stored, ['file_source']), given(stored, ['url_source'])]).toEqual([true, false])
  expect(given({ tools: [{ type: 'teleport_20300101' }] }, ['web_search', 'web_fetch', 'code_execution', 'mcp', 'url_source', 'file_source'])).toBe(false)
})
test('nonsense is bad input', () => expect(checkModelRequest(Buffer.from('['))).toMatchObject({ ok: false, problem: { code: 'bad_input' } }))
