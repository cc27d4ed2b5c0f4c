/**
 * The people's API, served by the orchestrator behind web. JSON. Signed in by cookie; Host and Origin exact.
 *   POST /api/session          { token } one-time sign-in token → cookie        (no cookie needed)
 *   DELETE /api/session        signs out
 *   POST /api/commands/:name   CommandEnvelope → CommandReply of that name
 *   POST /api/tickets          {} → { ticket } single use, 30 s: `?ticket=` of every WebSocket
 * Failures: the problem as JSON `{ problem }` with its status.
 */
import { z } from 'zod'
import { ConversationTurn, CredentialView, DiffView, DiskUse, MessageView, SearchHit, TimelineEntry } from './views.ts'
import { StateSnapshot } from './frames.ts'

export const routes = {
  health: { method: 'GET', path: '/api/health', reply: z.object({ ok: z.boolean(), version: z.string() }) },
  state: { method: 'GET', path: '/api/state', reply: StateSnapshot },
  /** ?context=N lines, default 3 */
  diff: { method: 'GET', path: '/api/sessions/:session/diff', reply: DiffView },
  /** ?before=seq&limit=N, newest last */
  timeline: { method: 'GET', path: '/api/sessions/:session/timeline', reply: z.object({ entries: z.array(TimelineEntry), more: z.boolean() }) },
  conversation: { method: 'GET', path: '/api/sessions/:session/conversation', reply: z.object({ turns: z.array(ConversationTurn), more: z.boolean() }) },
  /** ?session=&q=&before=seq&limit=N */
  messages: { method: 'GET', path: '/api/messages', reply: z.object({ messages: z.array(MessageView), more: z.boolean() }) },
  /** What each session holds on the disk, largest first. Looked at now: it may take seconds. */
  disk: { method: 'GET', path: '/api/disk', reply: DiskUse },
  /** ?q=&kinds=message,tool,…&session=&before=next&limit=N: messages and events, newest first. Without q: all of them. `next` reads on; null: no more. */
  search: { method: 'GET', path: '/api/search', reply: z.object({ hits: z.array(SearchHit), next: z.string().nullable() }) },
  runLog: { method: 'GET', path: '/api/runs/:run/log', reply: z.string() },
  /** The diff that a merge would land, bound to its SHAs. */
  mergeDiff: { method: 'GET', path: '/api/merges/:merge/diff', reply: DiffView },
  spec: { method: 'GET', path: '/api/spec', reply: z.object({ text: z.string(), revision: z.string() }) },
  saveSpec: { method: 'PUT', path: '/api/spec', body: z.object({ text: z.string().max(1_000_000), revision: z.string().nullable() }), reply: z.object({ revision: z.string() }) },
  credential: { method: 'GET', path: '/api/credential', reply: CredentialView },
  saveCredential: { method: 'PUT', path: '/api/credential', body: z.object({ kind: z.enum(['api-key', 'subscription']), secret: z.string().min(1).max(4000).nullable(), baseUrl: z.url().nullable() }), reply: CredentialView },
} as const
export type RouteName = keyof typeof routes

/** Between orchestrator and relay, bearer token of /run/secrets/internal-token; never published. */
export const internal = {
  /** relay → orchestrator: POST, body a pack, PushHeaders; replies PushReply. */
  pack: (session: string) => `/internal/sessions/${session}/pack`,
  /** relay → orchestrator: POST, body grows with the run. */
  log: (session: string, run: string) => `/internal/sessions/${session}/runs/${run}/log`,
  /** `orchestra status` → orchestrator, from inside its container: GET, as routes.disk. */
  disk: '/internal/disk',
  /** orchestrator → relay: WebSocket, bytes of a terminal; `?cols=&rows=` is its first size, 80×24 without. Refusals are JSON `{ problem }`. */
  terminal: (session: string, target: string) => `/internal/sessions/${session}/terminal/${target}`,
} as const
