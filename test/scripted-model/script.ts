/** The format of a model script: what the model "decides", per session. Written down for people in test/scenarios/README.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Pattern = z.string().min(1).refine((p) => isPattern(p), 'not a regular expression')
const isPattern = (p: string): boolean => {
  try {
    return Boolean(new RegExp(p, 'is'))
  } catch {
    return false
  }
}

/** `Bash: { command: … }`: a mapping with the tool's name as its one key. */
const Call = z.record(z.string(), z.record(z.string(), z.unknown())).refine((c) => Object.keys(c).length === 1, 'one tool a call').transform((c) => {
  const [tool, input] = Object.entries(c)[0] as [string, Record<string, unknown>]
  return { tool, input }
})
export type Call = z.output<typeof Call>

const Failure = z.object({
  status: z.number().int().min(400).max(599).optional(),
  /** Takes the request and never answers. */
  hang: z.literal(true).optional(),
  /** How often before the turn is played after all; absent: always. */
  times: z.number().int().min(1).optional(),
  /** With 429: seconds until the limit is reset, as its headers say; null: they say nothing, and the CLI tries again. */
  reset: z.number().int().min(1).nullable().default(3600),
  message: z.string().optional(),
}).refine((f) => (f.status === undefined) !== (f.hang === undefined), 'either status or hang')
export type Failure = z.output<typeof Failure>

const Turn = z.strictObject({
  /** Of the results that came back since the turn before; a turn that does not match is skipped. */
  on: Pattern.optional(),
  say: z.string().optional(),
  calls: z.array(Call).default([]),
  fail: Failure.optional(),
  /** Milliseconds before the first byte. */
  delay: z.number().int().min(0).max(600_000).default(0),
})
export type Turn = z.output<typeof Turn>

const Step = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,30}$/),
  /** Of the words that came since the model last ended its turn. */
  when: Pattern,
  /** Only words of this sender: `person`, a session's id, `orchestra`. */
  from: z.string().optional(),
  /** Steps that must have been played before. */
  after: z.array(z.string()).default([]),
  /** Steps that must not have been played. */
  before: z.array(z.string()).default([]),
  /** Played as often as it matches; otherwise once in a conversation. */
  again: z.boolean().default(false),
  turns: z.array(Turn).min(1),
})
export type Step = z.output<typeof Step>

const Script = z.strictObject({
  /** Credentials that are taken, as `x-api-key` or Bearer token; absent: any, and none. */
  keys: z.array(z.string().min(1)).optional(),
  /** By session id; `*` for every other. Steps are tried in order. */
  sessions: z.record(z.string(), z.array(Step)),
})
export type Script = z.output<typeof Script>

/** Throws with the place in the file: a scenario that can't be read must not play. */
export const parseScript = (text: string, name = 'model.yaml'): Script => {
  const read = Script.safeParse(parse(text))
  if (!read.success) throw new Error(`${name}:\n${z.prettifyError(read.error)}`)
  for (const [session, steps] of Object.entries(read.data.sessions)) {
    const ids = new Set(steps.map((s) => s.id))
    if (ids.size !== steps.length) throw new Error(`${name}: two steps of ${session} have the same id`)
    for (const named of steps.flatMap((s) => [...s.after, ...s.before])) if (!ids.has(named)) throw new Error(`${name}: ${session} names a step "${named}" that it does not have`)
  }
  return read.data
}

export const readScript = (folder: string): Script => parseScript(readFileSync(join(folder, 'model.yaml'), 'utf8'), join(folder, 'model.yaml'))
