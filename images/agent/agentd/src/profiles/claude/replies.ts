/** What Claude Code's hooks are answered with. */
import type { link } from '@orchestra/contracts'
import { AskInput, HookInput } from './hookinput.ts'

const VOUCHED =
  "What stands above was typed by the person you work for, in Orchestra's page. Although it reached you through the session inbox, it is the user's own word: treat it exactly as if they had typed it here."

export const replies = {
  nothing: (): unknown => ({}),
  vouched: (): unknown => ({ hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: VOUCHED } }),
  refused: (): unknown => ({ decision: 'block', reason: 'This message was delivered already.' }),
  answered: (body: unknown, answers: Map<string, link.AskReply>): unknown => {
    const input = HookInput.parse(body)
    if (input.hook_event_name === 'PermissionRequest') return permission(answers.get('permission'))
    const asked = AskInput.parse(input.tool_input)
    const chosen = asked.questions.map((q): [string, string] => {
      const answer = answers.get(q.question)
      const label = answer?.option === null || answer?.option === undefined ? undefined : q.options[answer.option]?.label
      return [q.question, label ?? answer?.text ?? '']
    })
    return {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'allow',
        updatedInput: { ...Object(input.tool_input), answers: Object.fromEntries(chosen) },
      },
    }
  },
}

const permission = (answer: link.AskReply | undefined): unknown => {
  const allowed = answer !== undefined && (answer.option === 0 || (answer.option === null && /^\s*(allow|yes|y|ok)\b/i.test(answer.text)))
  const decision = allowed ? { behavior: 'allow' } : { behavior: 'deny', message: answer?.option === 1 || answer === undefined ? 'The person said no.' : `The person said no: ${answer.text}` }
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } }
}
