/** The people's API as typed functions. An expected failure comes back as data; nothing here throws for one. */
import type { CommandInput, CommandName, CommandReply, Problem, Result, RouteName, routes } from '@orchestra/contracts'
import { useStore } from './store.ts'

type Paths = { [N in RouteName]: (typeof routes)[N]['path'] }
type Reply<N extends RouteName> = (typeof routes)[N]['reply'] extends { _output: infer T } ? T : never
type Query = Record<string, string | number | undefined>

/** Literal types make the compiler hold these against the contracts without shipping the schema library. */
const paths = {
  health: '/api/health',
  state: '/api/state',
  diff: '/api/sessions/:session/diff',
  timeline: '/api/sessions/:session/timeline',
  conversation: '/api/sessions/:session/conversation',
  messages: '/api/messages',
  disk: '/api/disk',
  search: '/api/search',
  runLog: '/api/runs/:run/log',
  mergeDiff: '/api/merges/:merge/diff',
  spec: '/api/spec',
  saveSpec: '/api/spec',
  credential: '/api/credential',
  saveCredential: '/api/credential',
} satisfies Paths

export const problemText = (p: Problem): string => `${p.message} ${p.next}`.trim()

const offline: Problem = { code: 'relay_unreachable', message: 'The stack does not answer.', next: 'It is tried again; see `./orchestra status`.' }

const parseProblem = async (res: Response): Promise<Problem> => {
  try {
    const body = (await res.json()) as { problem?: Problem }
    if (body.problem) return body.problem
  } catch (cause) {
    // A proxy's own error page is not JSON; its status is all there is to say.
    if (!(cause instanceof SyntaxError)) throw cause
  }
  return res.status === 401
    ? { code: 'signed_out', message: 'You are signed out.', next: 'Open the link that `./orchestra up` prints.' }
    : { ...offline, message: `The stack answered ${res.status}.` }
}

const call = async <T>(method: string, path: string, body?: unknown): Promise<Result<T>> => {
  let res: Response
  try {
    res = await fetch(path, {
      method,
      credentials: 'same-origin',
      keepalive: method !== 'GET' && JSON.stringify(body ?? null).length < 32_000,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch {
    return { ok: false, problem: offline }
  }
  if (!res.ok) {
    const problem = await parseProblem(res)
    if (res.status === 401) useStore.getState().signedOut()
    return { ok: false, problem }
  }
  if (res.status === 204) return { ok: true, value: undefined as T }
  const text = await res.text()
  const json = res.headers.get('content-type')?.includes('json')
  return { ok: true, value: (json ? JSON.parse(text) : text) as T }
}

/** Sends a command. The id makes a repeat after a lost reply harmless. */
export const command = <N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandReply<N>>> =>
  call('POST', `/api/commands/${name}`, { id: crypto.randomUUID(), input })

/** Reads a view; `params` fill the `:names` of the path. */
export const read = <N extends RouteName>(name: N, params: Record<string, string> = {}, query: Query = {}): Promise<Result<Reply<N>>> => {
  const path = paths[name].replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const search = Object.entries(query).flatMap(([k, v]) => (v === undefined ? [] : [`${k}=${encodeURIComponent(v)}`])).join('&')
  return call('GET', search ? `${path}?${search}` : path)
}

export const saveCredential = (body: { kind: 'api-key' | 'subscription'; secret: string | null; baseUrl: string | null }) =>
  call<Reply<'saveCredential'>>('PUT', paths.saveCredential, body)

export const signIn = (token: string) => call<unknown>('POST', '/api/session', { token })
export const signOut = () => call<unknown>('DELETE', '/api/session')

/** Address of a WebSocket with a fresh single-use ticket. Rejects when there is none to be had: the caller's socket tries again. */
export const socketUrl = async (path: string, query: Record<string, number | string> = {}): Promise<string> => {
  const ticket = await call<{ ticket: string }>('POST', '/api/tickets', {})
  if (!ticket.ok) throw new Error(problemText(ticket.problem))
  const search = new URLSearchParams({ ticket: ticket.value.ticket, ...Object.fromEntries(Object.entries(query).map(([k, v]) => [k, String(v)])) })
  return `${location.origin.replace(/^http/, 'ws')}${path}?${search}`
}

