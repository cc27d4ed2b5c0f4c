/** One real request with a credential, the smallest there is, and what came of it in words for a person. */
import { request } from 'undici'
import type { Dispatcher } from 'undici'
import { credentialHeaders } from '../model/headers.ts'
import { endpoint, transportFailure } from '../model/upstream.ts'
import { wordsBytes, wordsOf } from '../model/words.ts'
import type { StoredCredential } from './store.ts'

export type Trial = {
  /** works; refused: the endpoint knows the credential to be wrong; unclear: it could not be asked, or said something else. */
  outcome: 'works' | 'refused' | 'unclear'
  text: string
}

const PATIENCE = 30_000

export const tryCredential = async (credential: Omit<StoredCredential, 'lastCheck'>, model: string, dispatcher: Dispatcher): Promise<Trial> => {
  const body = {
    model,
    max_tokens: 1,
    // A subscription's token is taken from the coding CLI alone, which names itself in this way.
    ...(credential.kind === 'subscription' ? { system: [{ type: 'text', text: "You are Claude Code, Anthropic's official CLI for Claude." }] } : {}),
    messages: [{ role: 'user', content: 'Hi' }],
  }
  try {
    const reply = await request(endpoint(credential.baseUrl, '/v1/messages'), {
      method: 'POST', dispatcher, signal: AbortSignal.timeout(PATIENCE), body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...credentialHeaders({ ...credential, lastCheck: null }, undefined) },
    })
    return judge(reply.statusCode, (await reply.body.text()).slice(0, wordsBytes), model)
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    return { outcome: 'unclear', text: late ? `${new URL(credential.baseUrl).host} did not answer within ${PATIENCE / 1000} s.` : transportFailure(error, credential.baseUrl) }
  }
}

const judge = (status: number, body: string, model: string): Trial => {
  if (status === 200) return { outcome: 'works', text: `A request to ${model} was answered.` }
  const said = wordsOf(body)
  if (status === 401 || status === 403) return { outcome: 'refused', text: `The endpoint refused the credential (${status}): ${said}` }
  if (status === 404 && said.includes('model')) return { outcome: 'works', text: `The credential was taken; the model ${model} that it was tried with does not exist there.` }
  if (status === 429) return { outcome: 'works', text: `The credential was taken, but its limit is reached now: ${said}` }
  return { outcome: 'unclear', text: `The endpoint answered with status ${status}: ${said}` }
}
