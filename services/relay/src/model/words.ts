/** What an endpoint's refusal says, in the words of its body. */
import { z } from 'zod'

const ErrorBody = z.object({ error: z.object({ type: z.string().optional(), message: z.string() }) })

/** Bytes of a refusal's body that are looked at. */
export const wordsBytes = 4000

export const wordsOf = (body: string): string => {
  try {
    const error = ErrorBody.safeParse(JSON.parse(body))
    if (error.success) return error.data.error.message.slice(0, 500)
  } catch {
    // not JSON: its first characters say more than nothing
  }
  return body.slice(0, 200)
}
