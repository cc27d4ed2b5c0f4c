/** The format of scenario.yaml, for people in test/scenarios/README.md. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** Something on the page: by test id with its data attributes, or by role and name, or by its own words; `text` is a regular expression. */
const Target = z.strictObject({
  testid: z.string().optional(),
  role: z.string().optional(),
  name: z.string().optional(),
  text: z.string().optional(),
  words: z.string().optional(),
  session: z.string().optional(),
  kind: z.string().optional(),
  status: z.string().optional(),
  path: z.string().optional(),
  state: z.string().optional(),
}).refine((t) => t.testid !== undefined || t.role !== undefined || t.text !== undefined || t.words !== undefined, 'a testid, a role, words or a text')
export type Target = z.infer<typeof Target>

const common = {
  /** Deadline in seconds. */
  within: z.number().positive().max(1200).default(30),
  /** In place of the step's own words, in the report. */
  note: z.string().optional(),
}
const step = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ ...shape, ...common })

export const Step = z.union([
  step({ open: z.string().startsWith('/') }),
  step({ see: Target }),
  step({ gone: Target }),
  step({ click: Target }),
  step({ type: z.strictObject({ into: Target, text: z.string(), enter: z.boolean().default(false) }) }),
  step({ press: z.union([z.string(), z.array(z.string()).min(1)]) }),
  step({ write: z.string() }),
  step({ size: z.strictObject({ width: z.number().int().min(200), height: z.number().int().min(200) }) }),
  step({ screenshot: z.string().regex(/^[a-z0-9-]+$/) }),
  step({ tell: z.strictObject({ session: z.string(), text: z.string() }) }),
  step({ answer: z.strictObject({ session: z.string(), option: z.number().int().min(1).max(9).optional(), text: z.string().optional() }).refine((a) => (a.option === undefined) !== (a.text === undefined), 'an option or a text') }),
  step({ approve: z.string() }),
  step({ spawn: z.strictObject({ name: z.string(), task: z.string(), paired: z.boolean().default(false), ask: z.boolean().default(false) }) }),
  step({ status: z.strictObject({ session: z.string(), is: z.string() }) }),
  step({ run: z.string(), as: z.enum(['owner', 'caller']).default('owner') }),
  step({ until: z.string(), as: z.enum(['owner', 'caller']).default('owner') }),
  step({ sql: z.string(), is: z.string() }),
  step({ terminal: z.strictObject({ run: z.string(), type: z.array(z.strictObject({ at: z.string(), text: z.string() })), shows: z.string(), exit: z.number().int().default(0) }) }),
  step({ restart: z.literal(true) }),
  step({ reboot: z.literal(true) }),
])
export type Step = z.infer<typeof Step>

const File = z.strictObject({
  title: z.string(),
  /** sh, in the empty folder of the repository; what it leaves is committed. Beside it, the files of `seed/`. */
  seed: z.string().optional(),
  /** For `orchestra up`. */
  env: z.record(z.string().regex(/^ORCHESTRA_[A-Z_]+$/), z.string()).default({}),
  steps: z.array(Step).min(1),
})
export type Scenario = z.infer<typeof File> & { name: string; dir: string }

/** Throws with what is wrong in the file. */
export const readScenario = (dir: string): Scenario => {
  const file = join(dir, 'scenario.yaml')
  if (!existsSync(file)) throw new Error(`${dir} holds no scenario.yaml`)
  if (!existsSync(join(dir, 'model.yaml'))) throw new Error(`${dir} holds no model.yaml`)
  const read = File.safeParse(parse(readFileSync(file, 'utf8')))
  if (!read.success) throw new Error(`${file}:\n${z.prettifyError(read.error)}`)
  return { ...read.data, name: basename(dir), dir }
}

/** A step in one line, for the report. */
export const describe = (s: Step): string => {
  if (s.note !== undefined) return s.note
  const { within: _w, note: _n, ...rest } = s
  return JSON.stringify(rest).replace(/[{}"]/g, '').replace(/\\n/g, ' ').slice(0, 140)
}
