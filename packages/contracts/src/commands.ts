/**
 * Every request to change state. A route and an MCP tool that do the same thing build the same command.
 * `input` is what the caller gives, `reply` what comes back when it was accepted (committed), not when its effects are done.
 */
import { z } from 'zod'
import { Budget } from './allowance.ts'
import { EgressRule } from './egress.ts'
import { MergeId, MessageId, RunId, SessionId, Sha } from './ids.ts'
import { limits } from './limits.ts'
import { Delivery, PermissionMode, ProjectSettings } from './views.ts'

const text = z.string().min(1).max(limits.messageText)
const session = z.object({ session: SessionId })
const done = z.object({})

export const SpawnInput = z.object({
  name: z.string().min(1).max(limits.titleChars),
  instructions: text,
  base: z.string().max(300).optional().describe('branch, tag or commit; default: where the checkout is'),
  target: z.string().max(300).optional().describe('branch to merge into; default: the checkout\'s branch'),
  permissionMode: PermissionMode.optional(),
  paired: z.boolean().optional(),
})

export const commands = {
  'session.spawn': { input: SpawnInput, reply: z.object({ session: SessionId, branch: z.string(), queued: z.boolean(), text: z.string() }) },
  'session.retry': { input: session, reply: done },
  'session.interrupt': { input: session, reply: done },
  'session.pause': { input: session, reply: done },
  /** What this session may spend, in place of the project's; null: as the project says. Enough for one that is paused by its budget, and it goes on. */
  'session.budget': { input: session.extend(Budget.shape), reply: done },
  'session.continue': { input: session.extend({ text: text.optional() }), reply: done },
  'session.restart': { input: session, reply: done },
  /** Of an executor whose worktree or its .git is gone or replaced on the host: git's file is put back, or the folder made again from what was imported. Files that are there stay. */
  'session.rebuild': { input: session, reply: done },
  'session.pair': { input: session.extend({ paired: z.boolean() }), reply: done },
  'session.delete': {
    input: session.extend({ confirmed: z.boolean().default(false) }),
    reply: z.object({ deleted: z.boolean(), unmergedCommits: z.number(), uncommittedFiles: z.array(z.string()), text: z.string() }),
  },
  /** No container any more; conversation, worktree, branch and inbox are kept. `session.continue` takes it up again. */
  'session.archive': { input: session, reply: done },
  'session.restore': { input: session, reply: done },
  'session.apply': { input: session, reply: z.object({ files: z.array(z.string()) }) },
  'session.unapply': { input: session, reply: z.object({ files: z.array(z.string()) }) },
  'session.check': { input: session, reply: z.object({ run: RunId }) },
  /** Every session whose container ended with the stack goes on. */
  'sessions.resume': { input: done, reply: z.object({ resumed: z.number() }) },
  'sessions.stopAll': { input: done, reply: z.object({ stopped: z.number() }) },
  'run.cancel': { input: z.object({ run: RunId }), reply: done },
  'run.retry': { input: z.object({ run: RunId }), reply: z.object({ run: RunId }) },
  'message.send': {
    input: z.object({
      to: z.union([SessionId, z.enum(['all', 'person'])]), text, kind: z.enum(['note', 'error', 'complete']).default('note'),
      wait: z.number().int().min(0).max(30_000).optional().describe('milliseconds to wait for its receipt before the reply'),
    }),
    /** What became of it until now; `state` says it in words. A refused message is a problem. */
    reply: z.object({ message: MessageId, delivery: Delivery, state: z.string() }),
  },
  'message.ask': {
    input: z.object({
      question: text,
      options: z.array(z.string().min(1).max(400)).max(limits.questionOptions).default([]),
      recommended: z.number().int().min(0).nullable().default(null),
      origin: z.enum(['tool', 'native', 'permission']).default('tool'),
      to: SessionId.optional().describe('another session, when only it can know; default: the designer and the person'),
    }),
    reply: z.object({ message: MessageId }),
  },
  /** The designer passes a question on to the person, with what it would say itself. */
  'message.escalate': { input: z.object({ message: MessageId, note: z.string().max(2000).optional() }), reply: done },
  'message.answer': {
    input: z.object({ message: MessageId, text: text.optional(), option: z.number().int().min(0).optional() }),
    reply: z.object({ text: z.string() }),
  },
  /** No longer asked. `terminal`: somebody answered in the session's terminal, as its container says; what, where its CLI told. */
  'message.withdraw': { input: z.object({ message: MessageId, reason: z.string().max(400), terminal: z.object({ answer: z.string().max(2000).nullable() }).nullable().default(null) }), reply: done },
  'attention.dismiss': { input: z.object({ id: z.string().max(200) }), reply: done },
  'merge.request': { input: session.extend({ note: z.string().max(limits.messageText).optional() }), reply: z.object({ merge: MergeId, text: z.string() }) },
  'merge.approve': { input: z.object({ merge: MergeId, tip: Sha, targetSha: Sha }), reply: done },
  'merge.cancel': { input: z.object({ merge: MergeId }), reply: done },
  'merge.undo': { input: z.object({ merge: MergeId }), reply: z.object({ sha: Sha }) },
  'merge.resolve': { input: z.object({ merge: MergeId }), reply: done },
  'settings.save': { input: ProjectSettings.omit({ checkProposal: true }).partial(), reply: done },
  /** Answers what a session wanted to reach: the host goes on the project's list of allowed or of refused ones. */
  'egress.decide': { input: session.extend({ host: EgressRule, allow: z.boolean() }), reply: done },
  'image.approve': { input: z.object({ blob: Sha }), reply: z.object({ run: RunId }) },
} as const

export type CommandName = keyof typeof commands
export const commandNames = Object.keys(commands) as CommandName[]
export type CommandInput<N extends CommandName> = z.input<(typeof commands)[N]['input']>
export type CommandBody<N extends CommandName> = z.output<(typeof commands)[N]['input']>
export type CommandReply<N extends CommandName> = z.output<(typeof commands)[N]['reply']>

/** A repeated `id` gets the recorded reply of the first; nothing happens twice. */
export const CommandEnvelope = z.object({ id: z.uuid().optional(), input: z.unknown().optional() })
