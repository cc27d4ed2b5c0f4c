import { untilHolds } from '../../e2e/shell.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const EACH = 4
const TEXT = 6000
/** Of such a text no counter makes fewer tokens. */
const LEAST = TEXT / 8
/** An endpoint that says nothing is heard for 15 s. */
const COUNTED_MS = 45_000

const attack: Attack = {
  tries: `spends for nothing: ${2 * EACH} requests to the model that it hangs up on before the first byte, half of them at an endpoint that answers late, half at one that never does; streamed ones and whole ones`,
  success: 'the text of one of them was not counted for the session',
  run: async (t) => {
    const evil = await t.agent()
    const model = `claude-canary-${Date.now()}`
    const body = (when: string, stream: boolean): string => JSON.stringify({ model, max_tokens: 1000, stream, tools: [{ name: 'x', description: 'x', input_schema: { type: 'object' } }], messages: [{ role: 'user', content: `canary-answered-${when} ${'x'.repeat(TEXT)}` }] })
    const ask = (when: string, stream: boolean): string => `curl -sS --max-time 1 -o /dev/null -w '%{size_download}\\n' -X POST http://127.0.0.1:7700/llm/v1/messages -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' --data '${body(when, stream)}' 2>/dev/null &`
    const all = Array.from({ length: EACH }, (_, i) => [ask('late', i % 2 === 0), ask('never', i % 2 === 0)]).flat()
    const came = (await evil.sh(`(\n${all.join('\n')}\nwait)`, { deadlineMs: 60_000 })).split('\n')
    need(came.length === 2 * EACH && came.every((bytes) => bytes.trim() === '0'), `not every request was hung up on before its first byte: ${came.join(', ')}`)
    const counted = async (): Promise<number[]> => (await t.sql(`select input_tokens + cache_write_tokens from usage where model = '${model}' and session_id = '${evil.session}'`)).split('\n').filter(Boolean).map(Number)
    const short = await untilHolds(COUNTED_MS, async () => ((await counted()).length === 2 * EACH ? null : `${(await counted()).length} of ${2 * EACH} were counted`)).then(() => null, (e: unknown) => String(e))
    const tokens = await counted()
    if (short !== null) return { through: short }
    const free = tokens.filter((n) => n < LEAST)
    if (free.length > 0) return { through: `of ${tokens.length} requests with ${TEXT} characters ${free.length} counted ${free.join(', ')} tokens` }
    return { held: `each of the ${tokens.length} counts: ${[...new Set(tokens)].sort((a, b) => a - b).join(', ')} tokens for ${TEXT} characters` }
  },
}
export default attack
