/** How messages read for a model, and who gets a copy. */
import { actorName } from '@orchestra/contracts'
import type { Actor, bus, CredentialLimit } from '@orchestra/contracts'
import type { MessageRow, SessionRow } from './rows.ts'

const prefixes = { note: '', question: 'QUESTION: ', error: 'ERROR: ', complete: 'COMPLETE: ', answer: 'ANSWER: ' } as const

/** The name behind `[From: …]`. A person is always "person": a session may not be called so. */
export const senderName = (a: Actor): string => (a.kind === 'person' ? 'person' : a.kind === 'session' ? a.id : 'orchestra')
const voiceOf = (a: Actor): 'person' | 'session' | 'system' => (a.kind === 'person' ? 'person' : a.kind === 'session' ? 'session' : 'system')

const numbered = (options: string[], recommended: number | null): string =>
  options.map((o, i) => `\n${i + 1}. ${o}${i === recommended ? ' (recommended)' : ''}`).join('')

const short = (text: string): string => { const line = text.trim().replace(/\s+/g, ' '); return line.length > 200 ? `${line.slice(0, 199)}…` : line }

/** Where a model sees a line begin, and what it takes for the frame whatever is invisible in it or around it. */
const lineEnd = '[\\n\\r\\v\\f\\u0085\\u2028\\u2029]'
const unseen = `(?:\\u001b\\[[0-9;]*[A-Za-z]|[[\\p{Z}\\p{Cf}\\p{Cc}]--${lineEnd}])*`
const frame = new RegExp(`(^|${lineEnd})(?=${unseen}[\\[［【〔]${unseen}${[...'from'].join(unseen)}${unseen}[:：])`, 'giv')

/** A line of an agent's words that looks like our frame is quoted: messages are read in batches, and a forged frame would name another sender. */
const inert = (body: string, from: Actor): string => (from.kind === 'person' ? body : body.replace(frame, '$1> '))

/** Why the designer can not take a question now; null: it can. `asks`: it waits for an answer itself. */
export const designerAway = (designer: SessionRow, asks: boolean, limit: CredentialLimit | null, now: string): string | null => {
  if (designer.phase !== 'running' || !designer.linkUp || designer.cli === 'exited' || designer.cli === 'starting' || designer.cli === null) return 'the designer is stopped'
  if (limit && Date.parse(limit.until) > Date.parse(now)) return 'the designer is held by the limit'
  if (designer.limitedUntil !== null && Date.parse(designer.limitedUntil) > Date.parse(now)) return 'the designer is limited'
  if (designer.cli === 'dialog' || asks) return 'the designer waits for an answer itself'
  return designer.cli === 'busy' ? 'the designer is working' : null
}

/** How the receiver of a question answers it: words for its model, which people need not read. */
const howToAnswer = {
  designer: (id: string) => `\n\n(Message ${id}. The person sees it too. Answer it with the tool "answer" when the spec or the person's words settle it; otherwise pass it on at once with the tool "escalate" and what you would say.)`,
  session: (id: string, from: string) => `\n\n(Message ${id}. ${from} waits for it: answer with the tool "answer".)`,
}

/** A message as people read it. Only our own words go, whole: an agent can hide nothing behind their beginning. */
export const forPeople = (text: string, from: string): string => {
  const id = /\(Message ([0-9a-f-]{36})\. [^\n]*\)$/.exec(text)?.[1]
  const ours = id === undefined ? [] : [howToAnswer.designer(id), howToAnswer.session(id, from)]
  const found = ours.find((o) => text.endsWith(o))
  return found === undefined ? text : text.slice(0, -found.length)
}

/** Text for the receiver's model. `about` is what an answer answers. */
export const framed = (m: MessageRow, about: MessageRow | null): string => {
  const question = m.kind === 'answer' && about ? `(to your question "${short(about.text)}") ` : ''
  const asked = m.kind === 'question' && m.to.kind === 'session' ? howToAnswer.session(m.id, senderName(m.from)) : ''
  return `[From: ${senderName(m.from)}]\n${inert(`${prefixes[m.kind]}${question}${m.text}${numbered(m.options, m.recommended)}`, m.from)}${asked}`
}

/** What the designer reads of a question, and how it may answer it. */
export const questionForDesigner = (m: MessageRow): string =>
  `[From: ${senderName(m.from)}]\n${inert(`QUESTION: ${m.text}${numbered(m.options, m.recommended)}`, m.from)}${howToAnswer.designer(m.id)}`

/** The same of an answer in the asker's own terminal. */
export const answeredThere = (question: MessageRow, answer: string): string => `${senderName(question.from)}'s question "${short(question.text)}" was answered in its terminal: ${answer}`

/** What the designer reads when somebody else answered. */
export const answeredForDesigner = (question: MessageRow, answer: string, by: Actor): string =>
  `[From: orchestra]\n${senderName(by) === 'person' ? 'The person' : senderName(by)} answered ${senderName(question.from)}'s question "${short(question.text)}": ${inert(answer, by)}`

export const inboxItem = (m: MessageRow, original: MessageRow | null, question: MessageRow | null): bus.InboxItem => {
  const shown = original ?? m
  const text = copyText(m, original, question)
  const answer = m.kind === 'answer' && m.copyOf === null && question
    ? { question: question.id, text: m.text, option: question.answerOption, by: actorName(m.from) }
    : null
  return { delivery: { message: m.id, voice: original && original.kind === 'answer' ? 'system' : voiceOf(shown.from), text }, answer }
}

const copyText = (m: MessageRow, original: MessageRow | null, question: MessageRow | null): string => {
  if (!original) return framed(m, question)
  if (original.kind === 'question') return questionForDesigner(original)
  if (original.kind === 'answer' && question) return answeredForDesigner(question, original.text, original.from)
  return framed(original, null)
}
