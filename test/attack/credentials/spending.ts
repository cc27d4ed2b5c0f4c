import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { untilHolds } from '../../e2e/shell.ts'

const REQUESTS = 30
/** What each asks for, at most: its text and its answer. */
const TEXT = 6000
const ANSWER = 1000

const attack: Attack = {
  tries: `spends past its budget: ${REQUESTS} requests to the model at once, sent while there is still a little left`,
  success: 'together they took more than what was left and one request more, it is not paused, or it does not go on when it gets more',
  run: async (t) => {
    const evil = await t.agent()
    const spent = async (): Promise<number> => Number(await t.sql(`select coalesce(sum(input_tokens + output_tokens + cache_write_tokens), 0) from usage where session_id = '${evil.session}'`))
    const before = await spent()
    const left = 6000
    await t.person.command('session.budget', { session: evil.session, usd: null, tokens: before + left })
    try {
      const body = JSON.stringify({ model: `claude-canary-${Date.now()}`, max_tokens: ANSWER, messages: [{ role: 'user', content: 'x'.repeat(TEXT) }] })
      await evil.sh(`printf '%s' '${body}' >/tmp/ask.json; for i in $(seq ${REQUESTS}); do nohup curl -sS --max-time 120 -o /dev/null -w '%{http_code}\\n' -X POST http://127.0.0.1:7700/llm/v1/messages -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' --data @/tmp/ask.json >>/tmp/asked.txt 2>&1 & done; echo sent`)
      const row = async () => (await t.person.state()).sessions.find((s) => s.id === evil.session)
      await untilHolds(45_000, async () => ((await row())?.pausedBy === 'budget' ? null : `it was not paused: ${(await row())?.statusText ?? ''}`))
      const took = (await spent()) - before
      need(took >= left, `it was paused after ${took} of ${left} tokens`)
      await t.person.command('session.budget', { session: evil.session, usd: null, tokens: before + 10_000_000 })
      await untilHolds(30_000, async () => ((await row())?.pausedBy === null ? null : 'more budget did not let it go on'))
      await untilHolds(60_000, async () => { const n = Number((await evil.try('grep -c 200 /tmp/asked.txt')).out.trim()); return n === REQUESTS ? null : `${n} of ${REQUESTS} requests were answered` })
      const all = (await spent()) - before
      const each = all / REQUESTS
      // What waited went on, so all of them together say what each took.
      if (took > left + 2 * each) return { through: `${took} tokens were taken of ${left} that were left, ${each.toFixed(0)} by each request` }
      return { held: `${took} tokens of ${left} that were left, by requests of ${each.toFixed(0)} each; then it was paused with the others waiting, and with more budget all ${REQUESTS} were answered` }
    } finally {
      await t.person.command('session.budget', { session: evil.session, usd: null, tokens: null })
      await evil.try('rm -f /tmp/asked.txt /tmp/ask.json')
    }
  },
}
export default attack
