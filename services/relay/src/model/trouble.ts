/**
 * Tells what keeps a session's model requests from getting through, while the CLI tries again by itself and says so in its
 * terminal alone.
 */
import type { Credential, CredentialStore } from '../credential/store.ts'
import type { Reporter } from '../reports/reporter.ts'
import { wordsOf } from './words.ts'

export type Trouble = {
  /** Milliseconds until a request that the endpoint took and did not answer is told. */
  silentAfter: number
  credentials: CredentialStore
  reporter: Pick<Reporter, 'send'>
}

const clock = () => new Date().toISOString()
const hostOf = (credential: Credential): string => new URL(credential.baseUrl).host
const refusesCredential = (status: number): boolean => status === 401 || status === 403

export const makeTrouble = ({ silentAfter, credentials, reporter }: Trouble) => {
  const tell = (text: string | null, away = false) => void reporter.send({ type: 'model-trouble', text: text?.slice(0, 2000) ?? null, away, at: clock() })
  return {
    /** The request did not reach the endpoint, or the connection broke. */
    transport: (text: string): void => tell(text, true),
    /** Until the reply's head is there. Call what it returns then. */
    watch(used: Credential): () => void {
      let told = false
      const timer = setTimeout(() => {
        told = true
        tell(`${hostOf(used)} took the request and has said nothing for ${Math.round(silentAfter / 1000)} s.`)
      }, silentAfter)
      return () => {
        clearTimeout(timer)
        if (told) tell(null)
        told = false
      }
    },
    /** A reply is there. `body`: the beginning of a refusal's. */
    async reply(used: Credential, status: number, body: string): Promise<void> {
      const host = hostOf(used)
      // A limit is told as such.
      if (status >= 400 && status !== 429) {
        const said = wordsOf(body).replace(/[.\s]*$/, '.')
        tell(refusesCredential(status) ? `${host} refuses the credential (${status}): ${said}` : `${host} answers with an error (${status}): ${said}`)
      }
      if (refusesCredential(status) || status < 300) await credentials.heard(used, { ok: status < 300, text: status < 300 ? 'A session\'s request was answered.' : `${host} refuses the credential (${status}): ${wordsOf(body)}`, at: clock() })
    },
  }
}
