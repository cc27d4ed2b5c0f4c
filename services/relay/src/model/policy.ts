/**
 * What a model request may ask the provider to do on its side. The provider fetches for whoever asks, so its own tools and
 * sources given by URL would be a way out of a session that has no network: a project allows them one by one.
 */
import { fail, ok, problem } from '@orchestra/contracts'
import type { ProviderTool, Result } from '@orchestra/contracts'

/** Tools that the caller runs, or that only search the tools named in the same request. */
const harmless = /^(custom|(bash|text_editor|computer|memory)_\d{8}|tool_search_tool_(regex|bm25)(_\d{8})?)$/

/** A provider's tool by the type that a request names it with; null: one that no project can allow. */
const providerTool = (type: string): ProviderTool | null => {
  const name = /^(web_search|web_fetch|code_execution)_\d{8}$/.exec(type)?.[1]
  return name ? (name as ProviderTool) : type === 'mcp_toolset' ? 'mcp' : null
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const refused = (what: string) =>
  fail(problem('forbidden', `${what} is switched off: it would let the model's provider fetch for this session what it can not reach itself.`, {
    next: 'Go on without it: use the tools of the container, and ask for what is missing. The person can allow it in Settings.',
  }))

export type ModelRequest = { model: string; text: string; maxTokens: number; /** The answer comes piece by piece, its count of the request first. */ streamed: boolean }

/** The request as it is to be sent: written anew from what was checked, so that both sides read the same. */
export const checkModelRequest = (body: Buffer, allowed: readonly ProviderTool[] = []): Result<ModelRequest> => {
  let request: unknown
  try {
    request = JSON.parse(body.toString('utf8'))
  } catch (error) {
    return fail(problem('bad_input', 'The request is not JSON.', { detail: String(error) }))
  }
  if (!isObject(request)) return fail(problem('bad_input', 'The request is not a JSON object.'))
  for (const tool of list(request.tools)) {
    const type = isObject(tool) ? tool.type : undefined
    if (type === undefined || type === null || (typeof type === 'string' && harmless.test(type))) continue
    const wanted = typeof type === 'string' ? providerTool(type) : null
    if (wanted === null || !allowed.includes(wanted)) return refused(`The provider's tool "${String(type).slice(0, 80)}"`)
  }
  if (!allowed.includes('mcp') && request.mcp_servers !== undefined && list(request.mcp_servers).length > 0) return refused('An MCP server called by the provider')
  if (!allowed.includes('code_execution') && (isObject(request.container) || typeof request.container === 'string')) return refused('Code execution at the provider')
  const blocks = [...list(request.system), ...list(request.messages).flatMap((message) => (isObject(message) ? list(message.content) : []))]
  if (!allowed.includes('url_source') && names(blocks, byUrl)) return refused('An image or document given by its URL')
  if (!allowed.includes('file_source') && names(blocks, byFile)) return refused('A file that is kept with the provider')
  return ok({ model: typeof request.model === 'string' ? request.model.slice(0, 200) : '', text: JSON.stringify(request), maxTokens: typeof request.max_tokens === 'number' && request.max_tokens > 0 ? request.max_tokens : 0, streamed: request.stream === true })
}

type Given = { block: Json; source: Json | undefined }
const byUrl = ({ source }: Given): boolean => source?.type === 'url'
/** Whoever holds the account may have stored it, other sessions' tools among them. */
const byFile = ({ block, source }: Given): boolean => source?.type === 'file' || source?.file_id !== undefined || block.type === 'container_upload' || block.file_id !== undefined

const names = (blocks: unknown[], what: (given: Given) => boolean): boolean =>
  blocks.some((block) => {
    if (!isObject(block)) return false
    const source = isObject(block.source) ? block.source : undefined
    return what({ block, source }) || names(list(block.content), what) || names(list(source?.content), what)
  })
