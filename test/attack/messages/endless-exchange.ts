import { limits } from '@orchestra/contracts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { callTools } from '../frame/tools.ts'

const attack: Attack = {
  tries: 'two sessions answer each other for ever, without a person',
  success: 'more messages went to and fro in a row than the bound, or nobody was told',
  run: async (t) => {
    const [a, b] = [await t.agent(), await t.agent('victim')]
    for (const s of ['evil', 'victim']) await t.person.command('message.send', { to: s, text: 'Begin.' })
    // They have come a long way already: each turn of this takes seconds here.
    const moved = await t.stack.shell(`orchestra psql --write -c "update sessions set hops = ${limits.messageHops - 10} where id in ('evil', 'victim')"`, { as: 'caller', deadlineMs: 30_000 })
    need(moved.output.includes('UPDATE 2'), `their way was not set: ${moved.output}`)
    let sent = 0
    for (let i = 0; i < 20; i++) {
      const [from, to] = i % 2 === 0 ? [a, 'victim'] : [b, 'evil']
      const [called] = await callTools(from, [{ name: 'send_message', args: { to, text: `turn ${i}` } }])
      if (called?.error !== false) break
      sent++
    }
    need(sent > 5, `they were stopped after ${sent} already`)
    if (sent > 12) return { through: `${sent} messages went to and fro` }
    const told = (await t.person.state()).attention.filter((x) => x.kind === 'error' && (x.session === 'evil' || x.session === 'victim'))
    for (const s of ['evil', 'victim']) await t.person.command('message.send', { to: s, text: 'Enough.' })
    return told.length > 0 ? { held: `stopped ${sent} messages later, at ${limits.messageHops} in a row; the person reads: ${told[0]?.text.slice(0, 120) ?? ''}` } : { through: `stopped after ${sent}, and nobody was told` }
  },
}
export default attack
