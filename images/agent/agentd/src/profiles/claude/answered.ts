/**
 * Which calls of the CLI's own question tool were answered with which messages, in the home volume: the CLI writes down the call's result and
 * not whose message it was. A line is `["<call>","<message>"]`.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { textNowIn, tryJson } from '../../files.ts'

const Line = z.tuple([z.string(), z.uuid()])

export type AnsweredCalls = { add(call: string, messages: readonly string[]): void; of(call: string): readonly string[] }

export const answeredCalls = (path: string): AnsweredCalls => {
  const calls = new Map<string, string[]>()
  const know = (call: string, message: string): void => void calls.set(call, [...(calls.get(call) ?? []), message])
  for (const line of (textNowIn(path) ?? '').split('\n')) {
    const read = Line.safeParse(tryJson(line))
    if (read.success) know(...read.data)
  }
  return {
    add(call, messages) {
      for (const message of messages) know(call, message)
      mkdirSync(dirname(path), { recursive: true })
      appendFileSync(path, messages.map((message) => `${JSON.stringify([call, message])}\n`).join(''))
    },
    of: (call) => calls.get(call) ?? [],
  }
}
