/**
 * Between agentd (in the container) and the relay, over the session's one UNIX socket. agentd always dials.
 *
 * The relay serves HTTP/1.1 on the socket:
 *   GET  /link            upgrade: the control link, JSON text frames below; one at a time, the newest wins
 *   GET  /stream/<id>     upgrade: binary stream that the relay asked for by `open-stream` (terminal bytes, ttyd's protocol)
 *   ANY  /llm/*           model gateway
 *   POST /mcp             MCP, streamable HTTP
 *   POST /ask             body AskRequest; the reply (AskReply) may take hours; closing the request withdraws the question;
 *                         header x-ask: a uuid of the caller's, the same again is the same question (after a restart of the relay)
 *   POST /ask/settled     body AskSettled: why the question that is about to be hung up on is no longer asked
 *   POST /push/pack       body: a pack; headers below; reply PushReply
 *   POST /push/log        body: bytes of a run's log as they come; header x-run: RunId
 *   CONNECT h:p, absolute-form requests   egress proxy
 * agentd listens on loopback only: `ports.gateway` forwards raw bytes to the socket, `ports.hooks` takes the CLI's hooks.
 */
import { z } from 'zod'
import { AgentEvent } from './agent-events.ts'
import { MessageId, Role, RunId, SessionId, Sha, Timestamp } from './ids.ts'
import { limits } from './limits.ts'
import { TerminalMode, TerminalTarget } from './frames.ts'
import { PermissionMode } from './views.ts'

/** Of this agentd and this relay. Raised when a frame, a route or the seed changes so that the other side would misread it. */
export const AGENT_PROTOCOL = 1
/** Oldest protocol of an agentd that this relay still speaks with: containers outlive an upgrade of the stack. */
export const OLDEST_AGENT_PROTOCOL = 1
/** The relay closes the link with this where it does not speak the agentd's protocol: the container ends at its next idle moment and is made anew. */
export const REFUSED_PROTOCOL = 4002
/** Exit code of such a container. */
export const MADE_ANEW = 75

/** What agentd finds at `paths.seed` when the session may start; written by the orchestrator, read-only in the container. */
export const Seed = z.object({
  protocol: z.literal(AGENT_PROTOCOL),
  session: SessionId,
  role: Role,
  title: z.string(),
  project: z.string(),
  profile: z.literal('claude'),
  permissionMode: PermissionMode,
  /** CLI conversation id; `resume` says that it exists already. */
  conversation: z.uuid(),
  resume: z.boolean(),
  /** A turn that was cut off goes on by itself. False: it waits for an answer that was asked for before. */
  goOn: z.boolean().default(true),
  /** First prompt; null for a designer, which waits for the person. */
  brief: z.string().nullable(),
  setupCommand: z.string().nullable(),
  setupRun: RunId.nullable(),
  /** For role `check`: what to run, in order; the first that fails ends it. */
  run: z.object({ id: RunId, commands: z.array(z.string()) }).nullable(),
  paired: z.boolean(),
  git: z.object({
    /** Absolute path of the repository's objects, mounted read-only. */
    objects: z.string(),
    branch: z.string(),
    base: Sha,
    /** Where the branch stands on the host now (base for a new session). */
    tip: Sha,
    /** Allowed keys only, as `key=value` for `git config`. */
    config: z.array(z.tuple([z.string(), z.string()])),
    excludes: z.string(),
    /** Short name → commit, shown under refs/orchestra/. */
    refs: z.record(z.string(), Sha),
    /** True when a file `index` copied from the host's worktree lies beside the seed. */
    hasIndex: z.boolean(),
    authorName: z.string(),
    authorEmail: z.string(),
  }),
})
export type Seed = z.infer<typeof Seed>

/** A message on its way into the CLI, already framed for a model (`[From: name] …`). */
export const Delivery = z.object({
  message: MessageId,
  /** `person` words are vouched for as the person's in hook context; everything else is another session's. */
  voice: z.enum(['person', 'session', 'system']),
  text: z.string().max(limits.messageText + 2000),
})
export type Delivery = z.infer<typeof Delivery>

export const ToAgent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), session: SessionId, role: Role }),
  z.object({ type: z.literal('deliver'), deliveries: z.array(Delivery).min(1).max(100) }),
  /** Said at each new link and when the CLI has ended: nothing waits in the inbox, or what waits there is held by a limit. What else waits comes as `deliver`. */
  z.object({ type: z.literal('inbox'), state: z.enum(['empty', 'held']) }),
  z.object({ type: z.literal('interrupt') }),
  /** Acknowledges `events` frames up to this number: agentd may forget them. */
  z.object({ type: z.literal('events-ack'), upTo: z.number() }),
  z.object({ type: z.literal('open-stream'), id: z.uuid(), target: TerminalTarget, mode: TerminalMode.default('drive'), cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(500) }),
  z.object({ type: z.literal('run'), id: RunId, command: z.string().max(4000) }),
  z.object({ type: z.literal('run-cancel'), id: RunId }),
  /** Push commits and a snapshot now, whether or not anything seems to have changed. */
  z.object({ type: z.literal('sync') }),
  /** The host's branch moved (a person committed, or an import landed). agentd follows: see `moved` in docs/architecture.md. */
  z.object({ type: z.literal('branch'), branch: z.string(), tip: Sha }),
  /** Replaces the set of refs under refs/orchestra/. */
  z.object({ type: z.literal('refs'), refs: z.record(z.string(), Sha) }),
  z.object({ type: z.literal('permission-mode'), mode: PermissionMode }),
  /** The list of our tools has gone to a CLI in this container. `tookMs`: from our answer to its first call until it asked for the list. */
  z.object({ type: z.literal('tools-listed'), tookMs: z.number().min(0) }),
])
export type ToAgent = z.infer<typeof ToAgent>

export const FromAgent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.number(), version: z.string().max(60), /** resumes: highest event number already acknowledged */ cliVersion: z.string().max(60), bootId: z.uuid() }),
  /** Numbered per container volume, kept on disk until acknowledged: arrive once, in order. */
  z.object({ type: z.literal('events'), from: z.number(), events: z.array(AgentEvent).max(200) }),
  z.object({ type: z.literal('progress'), step: z.enum(['setup', 'cli', 'ready', 'failed']), text: z.string().max(20_000) }),
  /**
   * delivered: the message stands in the conversation that the CLI writes; from then on the relay forgets it. seen: the model has spoken
   * or acted since. failed: its container says it can't.
   */
  z.object({ type: z.literal('receipt'), messages: z.array(MessageId).max(100), state: z.enum(['delivered', 'seen', 'failed']), reason: z.string().max(2000).optional(), at: Timestamp }),
  z.object({ type: z.literal('cli-status'), status: z.enum(['starting', 'idle', 'busy', 'dialog', 'exited']), /** its turn is over, and a command that it started runs on */ background: z.boolean().optional(), at: Timestamp }),
  /** When the CLI's terminal last wrote. */
  z.object({ type: z.literal('pulse'), terminalAt: Timestamp }),
  z.object({ type: z.literal('run-status'), id: RunId, status: z.enum(['running', 'passed', 'failed', 'cancelled']), exitCode: z.number().nullable(), tree: Sha.nullable(), lastLine: z.string().max(2000) }),
  z.object({ type: z.literal('notice'), text: z.string().max(4000) }),
])
export type FromAgent = z.infer<typeof FromAgent>

export const AskRequest = z.object({
  origin: z.enum(['native', 'permission']),
  question: z.string().min(1).max(limits.messageText),
  options: z.array(z.string().max(400)).max(limits.questionOptions),
})
/** `message`: the answer's id, for its receipt. */
export const AskReply = z.object({ text: z.string(), option: z.number().nullable(), by: z.string(), message: MessageId.optional() })
export type AskReply = z.infer<typeof AskReply>

/** Body of POST /ask/settled, before a question is hung up on: how it was settled without an answer of ours. */
export const AskSettled = z.object({ /** its x-ask */ id: z.uuid(), how: z.enum(['terminal', 'ended']), /** what was said in the terminal, where that is known */ answer: z.string().max(2000).nullable().default(null) })

/** Headers of POST /push/pack. The pack may be thin against `have`. */
export const PushHeaders = z.object({
  'x-kind': z.enum(['commits', 'snapshot']),
  /** Commit that the pack brings: the branch's tip, or the snapshot commit (parent: the agent's HEAD). */
  'x-sha': Sha,
  /** The agent's HEAD when a snapshot was taken. */
  'x-head': Sha,
})
export const PushReply = z.object({
  accepted: z.boolean(),
  /** Where the host's branch stands after it. */
  tip: Sha.nullable(),
  /** rejected: why, in words for the agent; `need-full`: send again without thin bases. */
  reason: z.string().optional(),
  needFull: z.boolean().optional(),
})
export type PushReply = z.infer<typeof PushReply>
