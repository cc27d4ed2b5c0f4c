/** One tool call of an agent as a plain sentence. Everything in it comes from inside a container: unknown shapes are expected. */
import type { AgentEvent } from '@orchestra/contracts'
import { senseOf } from './shell-command.ts'
import { countsText, testCounts } from './test-output.ts'
import { changedLines, lineCount } from './text-diff.ts'

export type ToolCall = {
  tool: string
  input: unknown
  /** null while it runs */
  done: { ok: boolean; output: string; exitCode: number | null } | null
}
/** `fold`: neighbours with the same key become one line, by `foldedSentence`. */
export type Sentence = { text: string; fold: { key: string; path?: string; added?: number; removed?: number } | null }

const titleMost = 100
export const short = (text: string, most = titleMost): string => {
  const line = text.trim().split('\n')[0]?.trim() ?? ''
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
const field = (input: unknown, ...names: string[]): string => {
  for (const name of names) {
    const value = input !== null && typeof input === 'object' ? (input as Record<string, unknown>)[name] : undefined
    if (typeof value === 'string') return value
  }
  return ''
}
const pathOf = (input: unknown): string => field(input, 'file_path', 'notebook_path', 'path').replace(/^\/workspace\//, '').replace(/^\/source\//, 'source: ')
const list = (names: string[]): string => (names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', '))
const exit = (call: ToolCall): string => (call.done?.exitCode ? ` (exit ${call.done.exitCode})` : '')
const plainly = (text: string): Sentence => ({ text, fold: null })

const bash = (call: ToolCall): Sentence => {
  const sense = senseOf(field(call.input, 'command'))
  const failed = call.done !== null && !call.done.ok
  if (sense.kind === 'install') {
    const what = sense.packages.length > 0 ? list(sense.packages) : 'dependencies'
    return plainly(failed ? `Installing ${what} failed${exit(call)}` : `Installing ${what}`)
  }
  if (sense.kind === 'commit') {
    if (failed) return plainly(`Committing failed${exit(call)}`)
    return plainly(sense.subject ? `Committed "${short(sense.subject)}"` : 'Committed')
  }
  const command = short(sense.command, 80)
  if (!call.done) return plainly(`Running ${command}`)
  const counts = sense.kind === 'test' ? testCounts(call.done.output) : null
  if (counts) return plainly(`Ran ${command}: ${countsText(counts)}`)
  return plainly(failed ? `Ran ${command}: failed${exit(call)}` : `Ran ${command}`)
}

const edits = (input: unknown): { from: string; to: string }[] => {
  const many = input !== null && typeof input === 'object' ? (input as Record<string, unknown>).edits : undefined
  return (Array.isArray(many) ? many : [input]).map((e: unknown) => ({ from: field(e, 'old_string'), to: field(e, 'new_string', 'new_source') }))
}
export const editText = (path: string, added: number, removed: number): string => `Edited ${path} (+${added} −${removed})`
const edit = (call: ToolCall): Sentence => {
  const path = pathOf(call.input)
  if (call.done && !call.done.ok) return plainly(`Editing ${path} failed`)
  const changes = edits(call.input).map((e) => changedLines(e.from, e.to))
  const added = changes.reduce((n, c) => n + c.added, 0)
  const removed = changes.reduce((n, c) => n + c.removed, 0)
  return { text: editText(path, added, removed), fold: { key: `edit ${path}`, path, added, removed } }
}
const write = (call: ToolCall): Sentence => {
  const path = pathOf(call.input)
  const lines = lineCount(field(call.input, 'content'))
  return plainly(call.done && !call.done.ok ? `Writing ${path} failed` : `Wrote ${path} (${lines} ${lines === 1 ? 'line' : 'lines'})`)
}

/** Tools of ours show as messages; their calls would say the same twice. */
const quiet = /^(?:mcp__orchestra__(?:ask|send_message|report_error|complete|answer|spawn_executor|merge|delete_session)|ToolSearch|AskUserQuestion)$/
const spoken: Record<string, (call: ToolCall) => Sentence> = {
  Bash: bash,
  Edit: edit,
  MultiEdit: edit,
  NotebookEdit: edit,
  Write: write,
  Read: (c) => ({ text: `Read ${pathOf(c.input)}`, fold: { key: 'read', path: pathOf(c.input) } }),
  Glob: (c) => ({ text: `Looked for ${short(field(c.input, 'pattern'))}`, fold: { key: 'search' } }),
  Grep: (c) => ({ text: `Searched for ${short(field(c.input, 'pattern'))}`, fold: { key: 'search' } }),
  LS: (c) => ({ text: `Listed ${pathOf(c.input) || 'the folder'}`, fold: { key: 'search' } }),
  TodoWrite: () => ({ text: 'Updated its plan', fold: { key: 'plan' } }),
  Task: (c) => plainly(`Gave a part to a helper: ${short(field(c.input, 'description'))}`),
  Agent: (c) => plainly(`Gave a part to a helper: ${short(field(c.input, 'description'))}`),
  WebFetch: (c) => plainly(`Fetched ${short(field(c.input, 'url'))}`),
  WebSearch: (c) => plainly(`Searched the web for ${short(field(c.input, 'query'))}`),
  ExitPlanMode: () => plainly('Proposed a plan'),
  mcp__orchestra__list_sessions: () => ({ text: 'Looked at the list of sessions', fold: { key: 'sessions' } }),
  mcp__orchestra__read_messages: () => ({ text: 'Read its messages', fold: { key: 'messages' } }),
  mcp__orchestra__get_diff: (c) => plainly(`Looked at the diff of ${short(field(c.input, 'session'))}`),
}

/** Null: not worth a line. */
export const toolSentence = (call: ToolCall): Sentence | null => {
  if (quiet.test(call.tool)) return null
  const say = spoken[call.tool]
  if (say) return say(call)
  const name = call.tool.replace(/^mcp__(.+?)__/, '$1: ')
  return plainly(call.done && !call.done.ok ? `${name} failed` : `Used ${name}`)
}

export const callOf = (e: Extract<AgentEvent, { type: 'tool.started' | 'tool.finished' }>): ToolCall =>
  ({ tool: e.tool, input: e.input, done: e.type === 'tool.finished' ? { ok: e.ok, output: e.output, exitCode: e.exitCode ?? null } : null })

/** What a person sees who unfolds the line. */
export const toolDetail = (call: ToolCall): string => {
  const asked = call.tool === 'Bash' ? field(call.input, 'command') : JSON.stringify(call.input, null, 2)
  return [asked, call.done?.output].filter(Boolean).join('\n\n').slice(0, 20_000)
}
