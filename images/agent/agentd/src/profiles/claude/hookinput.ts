/** Claude Code's hook calls, read with bounds into neutral words. */
import { z } from 'zod'
import { limits } from '@orchestra/contracts'
import type { AgentEvent } from '@orchestra/contracts'
import type { Hook } from '../profile.ts'
import { answersInText, Texts } from './given.ts'

const text = z.string().catch('')
export const HookInput = z.object({
  hook_event_name: z.string(),
  session_id: text,
  prompt_id: z.string().optional().catch(undefined),
  prompt: text,
  source: text,
  tool_name: text,
  tool_use_id: text,
  tool_input: z.unknown().optional(),
  tool_response: z.unknown().optional(),
  duration_ms: z.number().optional().catch(undefined),
  error: text,
  delta: text,
  message_id: text,
  index: z.number().int().min(0).max(100_000).catch(0),
  final: z.boolean().catch(false),
  last_assistant_message: text,
  message: text,
  notification_type: text,
})
export type HookInput = z.infer<typeof HookInput>

/** Ours, held until somebody answers. */
export const isQuestionTool = (tool: string): boolean => tool === 'mcp__orchestra__ask'

const Question = z.object({ question: z.string(), header: z.string().optional(), options: z.array(z.object({ label: z.string(), description: z.string().optional() })).default([]) })
export const AskInput = z.object({ questions: z.array(Question).min(1) })

const Answered = z.object({ answers: z.record(z.string(), z.string()) })

const cut = (value: string, max: number = limits.hookEvent) => (value.length <= max ? value : `${value.slice(0, max - 100)}\n… (${value.length} characters)`)

/** Long strings inside are cut: an event tells what happened, the diff shows the files. */
const bounded = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return cut(value, 16_000)
  if (Array.isArray(value)) return depth > 6 ? '…' : value.slice(0, 100).map((v) => bounded(v, depth + 1))
  if (typeof value === 'object' && value !== null) return depth > 6 ? '…' : Object.fromEntries(Object.entries(value).slice(0, 100).map(([k, v]) => [k.slice(0, 200), bounded(v, depth + 1)]))
  return value
}

const Output = z.object({ stdout: z.string().optional(), stderr: z.string().optional(), content: z.unknown().optional() })
const outputText = (response: unknown): string => {
  if (typeof response === 'string') return response
  const shell = Output.safeParse(response)
  if (shell.success && (shell.data.stdout !== undefined || shell.data.stderr !== undefined)) return [shell.data.stdout ?? '', shell.data.stderr ?? ''].filter((s) => s !== '').join('\n')
  return response === undefined ? '' : JSON.stringify(response)
}

const Interpreted = z.object({ returnCodeInterpretation: z.string().min(1) })
/** A command that succeeded, as the CLI sees it: `test`, `grep`, `diff` and the like answer "no" with 1, which it puts into words. */
const codeOfSuccess = (response: unknown): number => (Interpreted.safeParse(response).success ? 1 : 0)

const exitCodeIn = (error: string): number | null => {
  const found = /^Exit code (\d+)/.exec(error)
  return found === null ? null : Number(found[1])
}

/** Messages whose pieces are waited for at a time; a piece that never comes must not be waited for without end. */
const OPEN_MESSAGES = 20

/** Text of a message, joined when all of its pieces are there: each has an index of its own, and hooks may overtake one another. */
export const displayJoiner = () => {
  const open = new Map<string, { pieces: string[]; last: number | null }>()
  return (input: HookInput): string | null => {
    const message = open.get(input.message_id) ?? { pieces: [], last: null }
    message.pieces[input.index] = cut((message.pieces[input.index] ?? '') + input.delta)
    if (input.final) message.last = input.index
    open.set(input.message_id, message)
    for (const old of open.keys()) if (open.size > OPEN_MESSAGES) open.delete(old)
    if (message.last === null || Object.keys(message.pieces).length <= message.last) return null
    open.delete(input.message_id)
    const whole = cut(message.pieces.join(''))
    return whole.trim() === '' ? null : whole
  }
}

const asksOf = (input: HookInput, callOf: (tool: string, toolInput: unknown) => string): Hook['asks'] => {
  if (input.hook_event_name !== 'PermissionRequest') return null
  const call = callOf(input.tool_name, input.tool_input)
  if (input.tool_name === 'AskUserQuestion') {
    const parsed = AskInput.safeParse(input.tool_input)
    if (!parsed.success) return null
    const questions = parsed.data.questions.map((q) => ({
      key: q.question,
      question: cut(q.question, limits.messageText),
      options: q.options.slice(0, limits.questionOptions).map((o) => cut(o.description === undefined || o.description === '' ? o.label : `${o.label}: ${o.description}`, 400)),
    }))
    return { origin: 'native', call, questions }
  }
  const what = cut(`${input.tool_name}: ${JSON.stringify(bounded(input.tool_input))}`, 4000)
  return { origin: 'permission', call, questions: [{ key: 'permission', question: `May it use ${what}`, options: ['Allow', 'Deny'] }] }
}

/** What was said in the terminal: the CLI's own question tool tells, of a permission that its call was run. */
const answersIn = (input: HookInput): ((key: string) => string | null) => {
  if (input.tool_name !== 'AskUserQuestion') return () => 'Allowed.'
  const read = Answered.safeParse(input.tool_input)
  const answers = new Map(read.success ? Object.entries(read.data.answers) : [])
  return (key) => answers.get(key)?.slice(0, 2000) ?? null
}

/** The messages that the result of our own question tool is. */
const returnedIn = (input: HookInput): string[] => {
  const read = Texts.safeParse(isQuestionTool(input.tool_name) ? input.tool_response : undefined)
  return read.success ? read.data.flatMap(({ text }) => answersInText(text)) : []
}

/** `joined`: what `displayJoiner` made of a display call. `callOf`: whose permission a request asks for. */
export const toHook = (input: HookInput, joined: string | null, callOf: (tool: string, toolInput: unknown) => string, now: Date): Hook => {
  const base = { at: now.toISOString(), turn: input.prompt_id?.slice(0, 100) }
  const call = { call: input.tool_use_id.slice(0, 200), tool: input.tool_name.slice(0, 200), input: bounded(input.tool_input) }
  const events: AgentEvent[] = []
  switch (input.hook_event_name) {
    case 'SessionStart': events.push({ ...base, type: 'cli.started', resumed: input.source === 'resume', conversation: input.session_id.slice(0, 100) }); break
    case 'UserPromptSubmit': events.push({ ...base, type: 'prompt', text: cut(input.prompt), messages: [] }); break
    case 'PreToolUse': events.push({ ...base, type: 'tool.started', ...call }); break
    case 'PostToolUse': events.push({ ...base, type: 'tool.finished', ...call, output: cut(outputText(input.tool_response), 64_000), ok: true, ms: input.duration_ms, exitCode: input.tool_name === 'Bash' ? codeOfSuccess(input.tool_response) : undefined }); break
    case 'PostToolUseFailure': events.push({ ...base, type: 'tool.finished', ...call, output: cut(input.error, 64_000), ok: false, ms: input.duration_ms, exitCode: exitCodeIn(input.error) }); break
    case 'MessageDisplay': if (joined !== null) events.push({ ...base, type: 'text', text: joined }); break
    case 'Stop': events.push({ ...base, type: 'turn.ended', text: cut(input.last_assistant_message) }); break
    case 'StopFailure': events.push({ ...base, type: 'turn.failed', error: (input.error || 'unknown').slice(0, 200), text: cut(input.last_assistant_message || input.message) }); break
    case 'PermissionRequest': if (input.tool_name !== 'AskUserQuestion') events.push({ ...base, type: 'dialog.opened', what: cut(`${input.tool_name}: ${JSON.stringify(bounded(input.tool_input))}`, 2000) }); break
    case 'PreCompact': events.push({ ...base, type: 'notice', text: 'The conversation is being compacted.' }); break
    case 'Notification': if (!['idle_prompt', 'permission_prompt', ''].includes(input.notification_type)) events.push({ ...base, type: 'notice', text: cut(input.message, 4000) }); break
    default:
  }
  return {
    events,
    prompt: input.hook_event_name === 'UserPromptSubmit' ? input.prompt : null,
    asks: asksOf(input, callOf),
    active: ['MessageDisplay', 'PreToolUse', 'Stop'].includes(input.hook_event_name),
    finished: input.hook_event_name.startsWith('PostToolUse') ? { call: input.tool_use_id, answer: answersIn(input), returned: returnedIn(input) } : null,
    turnOver: ['Stop', 'StopFailure', 'SessionEnd'].includes(input.hook_event_name),
  }
}
