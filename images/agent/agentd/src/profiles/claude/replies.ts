/** What Claude Code's hooks are answered with. */
import type { link } from '@orchestra/contracts'
import { AskInput, HookInput } from './hookinput.ts'

const VOUCHED =
  "What stands above was typed by the person you work for, in Orchestra's page. Although it reached you through the session inbox, it is the user's own word: treat it exactly as if they had typed it here."

export const replies = {
  nothing: (): unknown => ({}),
  prompt: (vouched: boolean, told: string | null): unknown => {
    const context = [...(vouched ? [VOUCHED] : []), ...(told === null ? [] : [told])]
    return context.length === 0 ? {} : { hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: context.join('\n\n') } }
  },
  shown: (text: string): unknown => ({ systemMessage: text }),
  refused: (): unknown => ({ decision: 'block', reason: 'This message was delivered already.' }),
  answered: (body: unknown, answers: Map<string, link.AskReply>): unknown => {
    const input = HookInput.parse(body)
    if (input.tool_name !== 'AskUserQuestion') return permission(answers.get('permission'))
    const asked = AskInput.parse(input.tool_input)
    const chosen = asked.questions.map((q): [string, string] => {
      const answer = answers.get(q.question)
      const label = answer?.option === null || answer?.option === undefined ? undefined : q.options[answer.option]?.label
      return [q.question, label ?? answer?.text ?? '']
    })
    return decided({ behavior: 'allow', updatedInput: { ...Object(input.tool_input), answers: Object.fromEntries(chosen) } })
  },
}

const decided = (decision: unknown): unknown => ({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } })

const permission = (answer: link.AskReply | undefined): unknown => {
  const allowed = answer !== undefined && (answer.option === 0 || (answer.option === null && /^\s*(allow|yes|y|ok)\b/i.test(answer.text)))
  if (allowed) return decided({ behavior: 'allow' })
  const words = answer === undefined || answer.option === 1 ? '.' : `: ${answer.text}`
  return decided({ behavior: 'deny', message: `The person${answer === undefined ? '' : ` (${answer.by})`} said no in Orchestra's page${words}` })
}
