/**
 * What the model answers: pure, from the script and the conversation alone, so that a restarted model server or a resumed
 * CLI goes on where it was. Tool call ids carry step and turn: `toolu_<step>_<turn>_<n>`.
 */
import type { Conversation, Words } from './conversation.ts'
import type { Call, Failure, Step, Turn } from './script.ts'

export type Answer = {
  say: string[]
  calls: { id: string; tool: string; input: Record<string, unknown> }[]
  fail: (Failure & { key: string }) | null
  delay: number
  /** For the journal. */
  played: string
}

const match = (pattern: string, text: string): RegExpExecArray | null => new RegExp(pattern, 'is').exec(text)
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Puts groups of the match in place of `<<1>>`, `<<name>>`, in every text of a call's input. */
const fill = (value: unknown, found: RegExpExecArray | null): unknown => {
  if (typeof value === 'string') return value.replace(/<<(\w+)>>/g, (whole, name: string) => found?.[Number(name)] ?? found?.groups?.[name] ?? whole)
  if (Array.isArray(value)) return value.map((v) => fill(v, found))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, found)]))
  return value
}

/** Recognises a text that was said before. One that is hardly more than a placeholder recognises nothing. */
const saidAs = (say: string): RegExp | null => {
  const literal = say.trim().split(/<<\w+>>/)
  return literal.join('').length < 4 ? null : new RegExp(`^${literal.map(escape).join('.*?')}$`, 's')
}

/** A step counts as played from its first answer on: by the ids of that turn's calls, or by its words where it has none. */
const wasPlayed = (step: Step, c: Conversation): boolean => {
  const first = step.turns[0] as Turn
  if (first.calls.length > 0) return c.callIds.some((id) => id.startsWith(`toolu_${step.id}_`))
  return c.said.some((s) => saidAs(first.say ?? '')?.test(s))
}

const position = (id: string | undefined): { step: string; turn: number } | null => {
  const found = /^toolu_([a-z0-9-]+)_(\d+)_/.exec(id ?? '')
  return found === null ? null : { step: found[1] as string, turn: Number(found[2]) }
}

type Next = { step: Step; turn: Turn; index: number; found: RegExpExecArray | null }

const nextTurn = (step: Step, from: number, results: string, found: RegExpExecArray | null): Next | null => {
  for (let index = from; index < step.turns.length; index++) {
    const turn = step.turns[index] as Turn
    const here = turn.on === undefined ? found : match(turn.on, results)
    if (turn.on === undefined || here !== null) return { step, turn, index, found: here }
  }
  return null
}

const matchOf = (step: Step, w: Words): RegExpExecArray | null => (step.from === undefined || step.from === w.from ? match(step.when, w.text) : null)
const firstMatch = (step: Step, words: Words[]): RegExpExecArray | null => words.reduce<RegExpExecArray | null>((found, w) => found ?? matchOf(step, w), null)

/** Words that no step of this turn has answered yet: each step answers one message. */
const unanswered = (steps: Step[], words: Words[], playedNow: Set<string>): Words[] =>
  [...playedNow].reduce((left, id) => {
    const step = steps.find((s) => s.id === id)
    const answered = step === undefined ? -1 : left.findIndex((w) => matchOf(step, w) !== null)
    return left.filter((_, i) => i !== answered)
  }, words)

/** Steps that match what came in this turn and may be played, in order. `again` steps only where nothing else fits. */
const candidates = (steps: Step[], c: Conversation, playedNow: Set<string>): Next[] => {
  const played = new Set(steps.filter((s) => wasPlayed(s, c)).map((s) => s.id))
  for (const id of playedNow) played.add(id)
  const words = unanswered(steps, c.words, playedNow)
  const open = steps.flatMap((step) => {
    if (playedNow.has(step.id) || (!step.again && played.has(step.id))) return []
    if (step.after.some((id) => !played.has(id)) || step.before.some((id) => played.has(id))) return []
    const found = firstMatch(step, words)
    if (found === null) return []
    const next = nextTurn(step, 0, '', found)
    return next === null ? [] : [next]
  })
  const once = open.filter((n) => !n.step.again)
  return once.length > 0 ? once : playedNow.size === 0 ? open.slice(0, 1) : []
}

/** Steps whose calls were made since the model last ended its turn. */
const stepsOfThisTurn = (c: Conversation): Set<string> => new Set(c.turnCallIds.flatMap((id) => position(id)?.step ?? []))

export const decide = (steps: Step[] | undefined, c: Conversation): Answer => {
  const done = stepsOfThisTurn(c)
  const at = position(c.pending[0])
  const current = steps?.find((s) => s.id === at?.step)
  let next = at === null || current === undefined ? null : nextTurn(current, at.turn + 1, c.results, firstMatch(current, c.words))
  next ??= steps === undefined ? null : (candidates(steps, c, done)[0] ?? null)
  if (next === null) {
    const heard = c.words.at(-1)?.text ?? c.results
    return { say: [done.size > 0 ? 'Done.' : `(The script has no answer to: ${heard.slice(0, 200)})`], calls: [], fail: null, delay: 0, played: 'nothing' }
  }
  const answer: Answer = { say: [], calls: [], fail: null, delay: 0, played: '' }
  // A step that ends the turn is followed at once by the next that matches: two messages may have come together.
  for (; next !== null; next = answer.calls.length > 0 || answer.fail !== null || steps === undefined ? null : (candidates(steps, c, done).find((n) => !done.has(n.step.id)) ?? null)) {
    const { step, turn, index, found }: Next = next
    done.add(step.id)
    answer.played += `${answer.played === '' ? '' : ' '}${step.id}/${index}`
    answer.delay += turn.delay
    if (turn.fail !== undefined) answer.fail = { ...turn.fail, key: `${step.id}/${index}` }
    if (turn.say !== undefined) answer.say.push(fill(turn.say.trim(), found) as string)
    answer.calls.push(...turn.calls.map((call: Call, n) => ({ id: `toolu_${step.id}_${index}_${n}_${c.callIds.length}`, tool: call.tool, input: fill(call.input, found) as Record<string, unknown> })))
  }
  return answer
}
