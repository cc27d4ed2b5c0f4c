/**
 * Which of our messages stand in the conversation: each line that the model was given through the inbox keeps the `from` that it was
 * posted with, whether it began a turn (a user line) or came in the middle of one (an attachment). An answer that was the result of our
 * tool names its message at its end; of the CLI's own question tool agentd knows which call had it.
 */
import { open, readdir } from 'node:fs/promises'
import { z } from 'zod'
import { tryJson } from '../../files.ts'
import { codeOf } from '../../log.ts'

const PREFIX = 'orchestra:'
const CHUNK = 1024 * 1024
/** A line over this is no message of ours. */
const MAX_LINE = 16 * 1024 * 1024

export const originOf = (messages: readonly string[]): string => `${PREFIX}${messages.join(',')}`

const Origin = z.object({ from: z.string() })
const ANSWER = 'Answer from '
/** Stands beside the result of the CLI's own question tool. */
const NATIVE = '"answers":'
/** What a tool said, as one text or in parts. */
export const Texts = z.union([z.string().transform((text) => [{ text }]), z.array(z.object({ text: z.string().catch('') }))])
const Result = z.object({ type: z.literal('tool_result'), tool_use_id: z.string().catch(''), content: Texts })
const Message = z.object({ content: z.array(z.unknown()).catch([]) })
const Line = z.object({ type: z.string(), message: Message.optional().catch(undefined), origin: Origin.optional().catch(undefined), attachment: z.object({ origin: Origin.optional().catch(undefined) }).optional().catch(undefined) })

/** Of native questions: call → messages. */
type AnswersOf = (call: string) => readonly string[]

/** The message that a result of our tool is. */
export const answersInText = (text: string): string[] => (text.startsWith(ANSWER) ? [/\(answer ([0-9a-f-]{36})\)$/.exec(text)?.[1] ?? []].flat() : [])

/** The messages that a call was answered with. */
const answersIn = (block: unknown, answersOf: AnswersOf): string[] => {
  const read = Result.safeParse(block)
  if (!read.success) return []
  return [...read.data.content.flatMap(({ text }) => answersInText(text)), ...answersOf(read.data.tool_use_id)]
}

const idsOf = (line: string, answersOf: AnswersOf): string[] => {
  if (!line.includes(`"${PREFIX}`) && !line.includes(ANSWER) && !line.includes(NATIVE)) return []
  const read = Line.safeParse(tryJson(line))
  if (!read.success) return []
  const from = read.data.type === 'user' ? read.data.origin?.from : read.data.type === 'attachment' ? read.data.attachment?.origin?.from : undefined
  if (from?.startsWith(PREFIX)) return from.slice(PREFIX.length).split(',')
  return read.data.type === 'user' ? (read.data.message?.content ?? []).flatMap((block) => answersIn(block, answersOf)) : []
}

type Followed = { offset: number; rest: Buffer; ids: Set<string> }

/** Reads only what was added since the last time. */
const readOn = async (path: string, f: Followed, answersOf: AnswersOf): Promise<void> => {
  const file = await open(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (file === null) return
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, f.offset)
      if (bytesRead === 0) return
      f.offset += bytesRead
      const all = Buffer.concat([f.rest, buffer.subarray(0, bytesRead)])
      const end = all.lastIndexOf(10)
      for (const line of end < 0 ? [] : all.subarray(0, end).toString('utf8').split('\n')) for (const id of idsOf(line, answersOf)) f.ids.add(id)
      f.rest = all.subarray(end + 1)
      if (f.rest.length > MAX_LINE) f.rest = Buffer.alloc(0)
    }
  } finally {
    await file.close()
  }
}

export const givenIn = (folder: string, answersOf: AnswersOf = () => []): ((conversation: string | null) => Promise<ReadonlySet<string>>) => {
  const followed = new Map<string, Followed>()
  let turn = Promise.resolve()
  const follow = async (name: string): Promise<Set<string>> => {
    const f = followed.get(name) ?? { offset: 0, rest: Buffer.alloc(0), ids: new Set<string>() }
    followed.set(name, f)
    await readOn(`${folder}/${name}`, f, answersOf)
    return f.ids
  }
  const all = async (): Promise<string[]> =>
    (await readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    })).filter((name) => name.endsWith('.jsonl'))
  return (conversation) => {
    // One at a time: two readers of one file would take the same bytes twice.
    const read = turn.then(async () => {
      const names = conversation === null ? await all() : [`${conversation}.jsonl`]
      const sets = []
      for (const name of names) sets.push(await follow(name))
      return new Set(sets.flatMap((ids) => [...ids]))
    })
    turn = read.then(() => undefined, () => undefined)
    return read
  }
}
