/** What a request of the Messages API says, read for what a script decides on. The conversation is the only memory there is. */
import { z } from 'zod'

const Block = z.looseObject({ type: z.string(), text: z.string().optional(), id: z.string().optional(), tool_use_id: z.string().optional(), content: z.unknown().optional() })
type Block = z.infer<typeof Block>
const Content = z.union([z.string(), z.array(Block)])

export const Request = z.looseObject({
  model: z.string().default('scripted'),
  stream: z.boolean().default(false),
  system: Content.optional(),
  messages: z.array(z.object({ role: z.string(), content: Content })),
  tools: z.array(z.object({ name: z.string().optional() })).optional(),
  output_config: z.unknown().optional(),
  output_format: z.unknown().optional(),
})
export type Request = z.infer<typeof Request>

const blocks = (content: z.infer<typeof Content> | undefined): Block[] => (content === undefined ? [] : typeof content === 'string' ? [{ type: 'text', text: content }] : content)
/** What the CLI adds to a message that came through its inbox, to the end of the text. */
const INBOX_NOTE = /\n\s*This came from another Claude session\b.*$/s
const plain = (text: string): string => text.replace(/^UserPromptSubmit hook additional context:\s*/, '').replace(/<system-reminder>.*?<\/system-reminder>/gs, '').replace(INBOX_NOTE, '').trim()
const resultText = (b: Block): string => {
  const inner = Content.safeParse(b.content)
  return inner.success ? blocks(inner.data).map((i) => i.text ?? '').join('\n') : ''
}

/** `from`: the sender of a framed message; what is typed into the terminal, or given at the start, is `person`. */
export type Words = { from: string; text: string }

const HEAD = /^\[From: ([^\]\n]{1,200})\][ \t]*\n?/gm
/** One prompt can carry several messages; what the CLI puts around them is nobody's words. */
const wordsOf = (text: string): Words[] => {
  const heads = [...text.matchAll(HEAD)]
  if (heads.length === 0) return text === '' ? [] : [{ from: 'person', text }]
  return heads.map((head, i) => ({ from: head[1] as string, text: text.slice(head.index + head[0].length, heads[i + 1]?.index).trim() }))
}

export type Conversation = {
  /** From the line `Session: <id>` that the profiles put into the system prompt; null when there is none. */
  session: string | null
  /** Ids of every tool call that the model made, and every text that it said: they tell which steps were played. */
  callIds: string[]
  said: string[]
  /** Those calls that it made since it last ended its turn. */
  turnCallIds: string[]
  /** Tool calls of the newest answer, when their results have come back. */
  pending: string[]
  /** Results of `pending`, joined. */
  results: string
  /** What others said since the model last ended its turn, oldest first. */
  words: Words[]
}

/** What the CLI puts into the conversation when a person interrupts: the turn is over, whatever its calls returned. */
const INTERRUPTED = '[Request interrupted by user'
const isInterruption = (m: { content: z.infer<typeof Content> }): boolean => blocks(m.content).some((b) => b.type === 'text' && (b.text ?? '').startsWith(INTERRUPTED))
/** A message that came between two tool calls: the CLI gives it to the model as the system's. */
const BETWEEN = 'Another Claude session sent a message while you were working:'
/** What agentd says beside a message; whose words the message is, is nobody's word. */
const BESIDE = 'UserPromptSubmit hook additional context:'
const isWordBetween = (b: Block): boolean => (b.text ?? '').startsWith(BETWEEN) || ((b.text ?? '').startsWith(BESIDE) && (b.text ?? '').includes('[From: orchestra]'))
const isAnswerEnd = (m: { role: string; content: z.infer<typeof Content> }): boolean => m.role === 'assistant' && !blocks(m.content).some((b) => b.type === 'tool_use')

export const readConversation = (r: Request): Conversation => {
  const system = [...blocks(r.system), ...r.messages.filter((m) => m.role === 'system').flatMap((m) => blocks(m.content))].map((b) => b.text ?? '').join('\n')
  const assistant = r.messages.filter((m) => m.role === 'assistant').flatMap((m) => blocks(m.content))
  const callsOf = (all: Block[]): string[] => all.flatMap((b) => (b.type === 'tool_use' && b.id !== undefined ? [b.id] : []))
  const interrupted = r.messages.findLastIndex(isInterruption)
  const turnStart = Math.max(r.messages.findLastIndex(isAnswerEnd) + 1, interrupted)
  const newest = r.messages.findLastIndex((m) => m.role === 'assistant')
  const since = r.messages.slice(turnStart).flatMap((m) => (m.role === 'user' ? blocks(m.content) : m.role === 'system' ? blocks(m.content).filter(isWordBetween) : []))
  const results = r.messages.slice(Math.max(newest, interrupted) + 1).flatMap((m) => blocks(m.content)).filter((b) => b.type === 'tool_result')
  return {
    session: /^Session: ([a-z0-9-]+)\s*$/m.exec(system)?.[1] ?? null,
    callIds: callsOf(assistant),
    turnCallIds: callsOf(r.messages.slice(turnStart).filter((m) => m.role === 'assistant').flatMap((m) => blocks(m.content))),
    said: assistant.flatMap((b) => (b.type === 'text' && b.text !== undefined ? [b.text.trim()] : [])),
    pending: results.flatMap((b) => b.tool_use_id ?? []),
    results: results.map(resultText).join('\n'),
    words: since.flatMap((b) => (b.type === 'text' ? [plain(b.text ?? '')] : [])).filter((t) => !t.startsWith(INTERRUPTED)).flatMap(wordsOf),
  }
}
