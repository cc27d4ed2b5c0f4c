import type { bus } from '@orchestra/contracts'
import { z } from 'zod'

export type ToolResult = { content: { type: 'text'; text: string }[]; isError?: boolean }

const WithText = z.object({ text: z.string() })

export const textResult = (text: string): ToolResult => ({ content: [{ type: 'text', text }] })

/** What a model reads: the reply's text, or the problem and the next step. */
export const toolResult = (reply: bus.Reply): ToolResult => {
  if (!reply.ok) {
    const { code, message, next, detail } = reply.problem
    return { ...textResult([`${message} (${code})`, next, detail].filter(Boolean).join('\n')), isError: true }
  }
  if (typeof reply.value === 'string') return textResult(reply.value)
  const named = WithText.safeParse(reply.value)
  return textResult(named.success ? named.data.text : JSON.stringify(reply.value, null, 2))
}
