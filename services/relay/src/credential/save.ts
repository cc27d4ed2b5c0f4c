/** Takes a credential from a person: tries it, and stores it unless the endpoint refused it. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { bus, CredentialView, Result } from '@orchestra/contracts'
import type { Dispatcher } from 'undici'
import type { z } from 'zod'
import { DEFAULT_BASE_URL } from './store.ts'
import type { CredentialStore } from './store.ts'
import { tryCredential } from './try.ts'

export type NewCredential = z.infer<(typeof bus.relayVerbs)['credential']>

/**
 * No secret and no base URL: the stored one is forgotten. A secret alone: it is for the stored base URL. A base URL alone: the stored secret of that kind is kept, or none is
 * sent. A refused credential leaves what was stored before as it was.
 */
export const saveCredential = async (given: NewCredential, store: CredentialStore, model: string, upstream: Dispatcher): Promise<Result<CredentialView>> => {
  const before = await store.current()
  if (before?.kind === 'scripted') return fail(problem('wrong_state', 'A scripted model stands in for a real one here; no credential is used.', { next: 'Start the stack without ORCHESTRA_MODEL_URL.' }))
  if (given.secret === null && given.baseUrl === null) {
    await store.forget()
    return ok(await store.view())
  }
  const kept = before?.kind === given.kind ? before.secret : ''
  const next = { kind: given.kind, secret: given.secret?.trim() ?? kept, baseUrl: given.baseUrl ?? before?.baseUrl ?? DEFAULT_BASE_URL }
  if (!/^[\x21-\x7e]*$/.test(next.secret)) return fail(problem('bad_input', 'The credential has characters that no key has: spaces, line ends, or letters with accents.'))
  const trial = await tryCredential(next, model, upstream)
  if (trial.outcome === 'refused') return fail(problem('model_refused', trial.text))
  await store.save({ ...next, lastCheck: { ok: trial.outcome === 'works', text: trial.text, at: new Date().toISOString() } })
  return ok(await store.view())
}
