/** MCP tools of the agents: who may call each, what it takes, and the command or query that it becomes. */
import { z } from 'zod'
import { MessageId, SessionId } from './ids.ts'
import type { Role } from './ids.ts'
import { commands, SpawnInput } from './commands.ts'
import { limits } from './limits.ts'

const summary = z.string().min(1).max(limits.messageText)
const both = ['designer', 'executor'] as const satisfies readonly Role[]
const lead = ['designer'] as const satisfies readonly Role[]

export const tools = {
  ask: {
    roles: both,
    description: 'Ask a question and wait for the answer: the designer is asked first, then the person; or another session, named by "to". Ask instead of guessing. Give options when there are natural ones, and say which one you recommend (index from 0). When nobody answers within "wait" seconds the call returns, and the answer arrives as a message.',
    input: commands['message.ask'].input.omit({ origin: true }).extend({ wait: z.number().int().min(0).max(86_000).optional().describe('seconds to wait for the answer') }),
  },
  report_error: { roles: both, description: 'Report what stops you: what you tried, what happened, what you propose. The person and the designer see it at once.', input: z.object({ text: summary }) },
  complete: {
    roles: both,
    description: 'Report that the work is ready for review. Commit first.',
    input: z.object({ summary: summary.describe('what was done'), tested: summary.describe('what was run and its outcome'), assumed: z.string().max(limits.messageText).default('').describe('what was assumed without asking') }),
  },
  send_message: { roles: both, description: 'Send a message to another session by its id, to "person", or to "all". Says what became of it: delivered, queued and why, or refused and why.', input: z.object({ to: z.union([SessionId, z.enum(['all', 'person'])]), text: summary }) },
  list_sessions: { roles: both, description: 'List the sessions of this project with their state and branch.', input: z.object({}) },
  read_messages: { roles: both, description: 'Read messages to and from you, newest last, each with what became of it.', input: z.object({ limit: z.number().int().min(1).max(200).default(30) }) },
  spawn_executor: { roles: lead, description: 'Create an executor: its own container, worktree and branch, started on your instructions. Only after the person approved the plan.', input: SpawnInput.omit({ permissionMode: true }) },
  answer: { roles: both, description: 'Answer a question of another session. The designer: only when the spec or the person\'s words settle it, otherwise escalate. An executor: only what it was asked itself.', input: z.object({ message: MessageId, text: summary }) },
  escalate: { roles: lead, description: 'Pass an executor\'s question on to the person at once, with what you would answer and why.', input: z.object({ message: MessageId, note: z.string().max(2000).optional() }) },
  get_diff: { roles: lead, description: 'The diff of a session against its merge base: committed, uncommitted and untracked.', input: z.object({ session: SessionId, path: z.string().max(1000).optional() }) },
  merge: { roles: lead, description: 'Ask the person to merge a session\'s branch into its target. Nothing merges without the person\'s yes in the page.', input: z.object({ session: SessionId, note: z.string().max(limits.messageText).optional() }) },
  delete_session: { roles: lead, description: 'Delete an executor whose work is merged. Its branch is kept.', input: z.object({ session: SessionId }) },
} as const

export type ToolName = keyof typeof tools
export const toolNames = Object.keys(tools) as ToolName[]
export const toolsOf = (role: Role): ToolName[] => toolNames.filter((n) => (tools[n].roles as readonly Role[]).includes(role))
