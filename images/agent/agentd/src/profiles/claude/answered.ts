/**
 * Which calls of the CLI's own question tool were answered with which messages, in the home volume: the CLI writes down the call's result and
 * not whose message it was. A line is `["<call>","<message>"]`.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { codeOf } from '../../log.ts'

const Line = z.tuple([z.string(), z.uuid()])

export type AnsweredCalls = { add(call: string, messages: readonly string[]): void; of(call: string): readonly string[] }

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

const parsed = (line: string): z.infer<typeof Line> | null => {
  try {
    return Line.parse(JSON.parse(line))
  } catch {
    return null // cut short by the death of who wrote it, or by the agent
  }
}

export const answeredCalls = (path: string): AnsweredCalls => {
  const calls = new Map<string, string[]>()
  const know = (call: string, message: string): void => void calls.set(call, [...(calls.get(call) ?? []), message])
  for (const line of read(path).split('\n').map(parsed)) if (line !== null) know(...line)
  return {
    add(call, messages) {
      for (const message of messages) know(call, message)
      mkdirSync(dirname(path), { recursive: true })
      appendFileSync(path, messages.map((message) => `${JSON.stringify([call, message])}\n`).join(''))
    },
    of: (call) => calls.get(call) ?? [],
  }
}
