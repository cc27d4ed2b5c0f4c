/** What agentd needs to know of a coding CLI. One implementation a folder; nothing outside it knows a CLI's names. */
import type { AgentEvent, link } from '@orchestra/contracts'

/** A question that the CLI waits on. `key` finds its answer again in the reply. */
export type Asked = { key: string; question: string; options: string[] }

/** A call of a hook, in neutral words. */
export type Hook = {
  events: AgentEvent[]
  /** The text that the model is about to get. */
  prompt: string | null
  /** A dialog stands in the terminal; whoever answers first, terminal or hook, settles it. */
  asks: { origin: 'native' | 'permission'; call: string; questions: Asked[] } | null
  /** The model has spoken or acted: what was delivered before is seen. */
  active: boolean
  /** Call that is over: a question about it that still waits was settled in the terminal. `answer`: what was said there to a question (by its key), where the CLI tells. */
  finished: { call: string; answer: (key: string) => string | null; /** messages that were its result */ returned: string[] } | null
  /** The turn is over. */
  turnOver: boolean
}

export type CliStatus = 'idle' | 'busy' | 'dialog'
/** The running CLI as its own records show it; null until it has made them. */
export type CliRecord = { status: CliStatus; /** when it became so */ since: Date; /** idle, and a command that its model started runs on */ background: boolean; inbox: string | null; conversation: string }

export type Profile = {
  version: () => Promise<string>
  /** Variables that only the CLI needs, beside `toolEnv`. */
  env: Record<string, string>
  /** Settings such that no dialog appears. Repeatable; keeps what the CLI wrote itself. */
  prepare: (seed: link.Seed) => Promise<void>
  /** Shell script that becomes the CLI by `exec`; resumes when the conversation exists. */
  script: (seed: link.Seed) => Promise<{ path: string; resumed: boolean }>
  /** Null for a call that is none of ours. */
  readHook: (body: unknown, now: Date) => Hook | null
  reply: {
    nothing: () => unknown
    /** To a text that the model is about to get. `vouched`: it is the person's own. `told`: said to the model beside it. */
    prompt: (vouched: boolean, told: string | null) => unknown
    /** The model has this text already. */
    refused: () => unknown
    answered: (body: unknown, answers: Map<string, link.AskReply>) => unknown
    /** Shown in the terminal, to no model. */
    shown: (text: string) => unknown
  }
  /** Whether a tool holds its call until somebody answers, with a message's words. */
  asks: (tool: string) => boolean
  record: (pid: number) => Promise<CliRecord | null>
  /** Folder whose changes mean that a record may have changed. */
  recordFolder: string
  /** Hands a text to the CLI's inbox, with the ids of the messages in it. Rejects when it does not take it. */
  post: (inbox: string, text: string, messages: readonly string[]) => Promise<void>
  /** Ids of those messages that stand in a conversation as the CLI wrote it down; null: in all of them. */
  given: (conversation: string | null) => Promise<ReadonlySet<string>>
  /** The messages that a call of the CLI's own question tool was answered with: `given` then finds them in its result. */
  answeredWith: { add: (call: string, messages: readonly string[]) => void; of: (call: string) => readonly string[] }
  /** How many times the CLI has taken the text in since this moment, as its own record shows. */
  accepted: (conversation: string, text: string, since: Date) => Promise<number>
}
