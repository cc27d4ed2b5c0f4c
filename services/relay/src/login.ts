/**
 * Takes a model credential on standard input, tries it with one real request, stores it, and says what came of it. The input is
 * JSON `{ "kind": "api-key" | "subscription", "secret": …, "baseUrl": … }` or one line with the secret alone: a line that begins
 * as subscription tokens do is one. The secret is never written out. Exit code 0: stored and working; 1: not stored; 2: stored,
 * but not known to work.
 */
import { text } from 'node:stream/consumers'
import { bus } from '@orchestra/contracts'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { saveCredential } from './credential/save.ts'
import { makeCredentialStore } from './credential/store.ts'
import { makeUpstream } from './model/upstream.ts'

const Input = bus.relayVerbs.credential.extend({ secret: bus.relayVerbs.credential.shape.secret.default(null), baseUrl: bus.relayVerbs.credential.shape.baseUrl.default(null) })

const readInput = (given: string) => {
  if (!given.startsWith('{')) return Input.safeParse({ kind: given.startsWith('sk-ant-oat') ? 'subscription' : 'api-key', secret: given })
  try {
    return Input.safeParse(JSON.parse(given))
  } catch {
    return Input.safeParse(undefined) // the message of a parse error would show the secret
  }
}

const end = (code: number, words: string): never => {
  process.stdout.write(`${words}\n`)
  process.exit(code)
}

const config = readConfig(process.env)
const input = readInput((await text(process.stdin)).trim())
if (!input.success) end(1, `This is no credential: ${z.prettifyError(input.error)}`)
else {
  const saved = await saveCredential(input.data, makeCredentialStore(config.RELAY_STATE, config.ORCHESTRA_MODEL_URL), config.ORCHESTRA_TRY_MODEL, makeUpstream())
  if (!saved.ok) end(1, `Not stored. ${saved.problem.message} ${saved.problem.next}`)
  else if (saved.value.kind === 'none') end(0, 'The credential is forgotten.')
  else end(saved.value.lastCheck?.ok ? 0 : 2, `Stored for ${saved.value.baseUrl}. ${saved.value.lastCheck?.text ?? ''}`)
}
