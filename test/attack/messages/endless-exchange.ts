import { limits } from '@orchestra/contracts'
import { untilHolds } from '../../e2e/shell.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { callTools } from '../frame/tools.ts'

const attack: Attack = {
  tries: 'two sessions answer each other for ever, without a person',
  success: 'more messages went to and fro in a row than the bound, or nobody was told',
  run: async (t) => {
    const [a, b] = [await t.agent(), await t.agent('victim')]
    const both = [a.session, b.session]
    const begin = `Begin. (${Date.now()})`
    const inSql = both.map((s) => `'${s}'`).join(', ')
    for (const s of both) await t.person.command('message.send', { to: s, text: begin })
    await untilHolds(60_000, async () => ((await t.sql(`select count(distinct recipient) from messages where text = '${begin}' and delivery in ('seen', 'answered')`)) === '2' ? null : 'a word of the person was not read'))
    // They have come a long way already: each turn of this takes seconds here. The engine, which is the only one to write rows, writes them whole: what it
    // had under way would undo this, so it is looked at once more.
    const far = limits.messageHops - 10
    await untilHolds(30_000, async () => {
      if ((await t.sql(`select count(*) from sessions where id in (${inSql}) and hops = ${far}`)) === '2') return null
      const moved = await t.stack.shell(`orchestra psql --write -c "update sessions set hops = ${far} where id in (${inSql})"`, { as: 'caller', deadlineMs: 30_000 })
      return `their way was not set: ${moved.output}`
    })
    let sent = 0
    for (let i = 0; i < 20; i++) {
      const [from, to] = i % 2 === 0 ? [a, b.session] : [b, a.session]
      const [called] = await callTools(from, [{ name: 'send_message', args: { to, text: `turn ${i}` } }])
      if (called?.error !== false) break
      sent++
    }
    need(sent > 5, `they were stopped after ${sent} already`)
    if (sent > 12) return { through: `${sent} messages went to and fro` }
    const told = (await t.person.state()).attention.filter((x) => x.kind === 'error' && both.some((s) => s === x.session))
    for (const s of both) await t.person.command('message.send', { to: s, text: 'Enough.' })
    return told.length > 0 ? { held: `stopped ${sent} messages later, at ${limits.messageHops} in a row; the person reads: ${told[0]?.text.slice(0, 120) ?? ''}` } : { through: `stopped after ${sent}, and nobody was told` }
  },
}
export default attack
