/** #3: the same report, a hundred times: at once, and again after the bus has forgotten it. */
import { randomUUID } from 'node:crypto'
import type { Fault } from '../frame/fault.ts'
import { forSeconds, token } from '../frame/rig.ts'

/** From the relay's own container and with its own login: what a relay that retries for ever would do. */
const repeat = (session: string, id: string, word: string): string => `
import { connect } from '@nats-io/transport-node'
import { readFileSync } from 'node:fs'
const read = (n) => readFileSync('/run/secrets/' + n, 'utf8').trim()
const nc = await connect({ servers: process.env.NATS_URL, user: read('nats-user'), pass: read('nats-password'), inboxPrefix: '_INBOX_' + read('nats-user') })
const call = JSON.stringify({ id: '${id}', session: '${session}', tool: 'complete', args: { summary: '${word}', tested: 'looked', assumed: '' } })
const all = await Promise.all(Array.from({ length: 100 }, () => nc.request('call.${session}', call, { timeout: 60000 }).then((m) => m.string())))
console.log(JSON.stringify([...new Set(all)]))
await nc.close()`

export const fault: Fault = {
  promise: 'One change of state, and the same reply each time.',
  run: async (rig, { quick }) => {
    const id = await rig.spawn('repeats')
    const word = token()
    const call = randomUUID()
    const send = async (): Promise<string> => rig.docker('exec', '--workdir', '/opt/orchestra/services/relay', rig.service('relay'), 'as-owner', 'node', '--input-type=module', '-e', repeat(id, call, word))
    const first = JSON.parse(await send()) as string[]
    if (!quick) await forSeconds(180)
    const later = JSON.parse(await send()) as string[]
    const replies = new Set([...first, ...later])
    if (replies.size !== 1 || !first[0]?.includes('"ok":true')) throw new Error(`replies: ${[...replies].join(' ').slice(0, 1000)}`)
    const rows = await rig.sql(`select id from messages where kind = 'complete' and copy_of is null and text like '%${word}%'`)
    if (rows.length !== 1) throw new Error(`the report is there ${rows.length} times`)
  },
}
