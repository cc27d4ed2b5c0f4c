/**
 * The bar: 1,000 messages of the person and of sessions, to sessions in every state, while relay and agentd are killed under them. None called
 * delivered that does not stand in the receiver's conversation, none twice, none lost, in each sender's order.
 */
import type { MessageId } from '@orchestra/contracts'
import type { Fault } from '../frame/fault.ts'
import { agentsSender } from '../frame/agents-send.ts'
import type { Said } from '../frame/agents-send.ts'
import { orderGiven } from '../frame/check-messages.ts'
import { forSeconds, token } from '../frame/rig.ts'
import type { Rig } from '../frame/rig.ts'
import { press, screen, typeInto } from '../frame/terminal.ts'

const DRAFT = 'a half-typed line of the person'
const inert = ['/clear', '!touch /tmp/ran', '#note', '\u0007bell', '- [ ] a task', '<b>bold</b>']

/** Brings each session into its state; what is returned brings it out again. */
const states: Record<string, (rig: Rig, id: string) => Promise<() => Promise<void>>> = {
  idle: async () => async () => undefined,
  working: async (rig, id) => {
    await rig.tell(id, '#do until test -e /tmp/go; do sleep 0.2; done #end')
    await rig.until(`${id} works`, 60_000, async () => (await rig.session(id)).status === 'working')
    return async () => { await rig.inside(id, 'touch /tmp/go') }
  },
  'a native question': async (rig, id) => {
    await rig.tell(id, `#native Which way, ${id}? #end`)
    return async () => { await answer(rig, id, 0) }
  },
  'a permission prompt': async (rig, id) => {
    await rig.tell(id, '#do touch allowed.txt #end')
    return async () => { await answer(rig, id, 0) }
  },
  compacting: async (rig, id) => {
    for (let i = 0; i < 3; i += 1) await rig.tell(id, 'Something to compact.')
    await rig.quiet(id)
    await typeInto(rig, id, '/compact')
    await press(rig, id, 'Enter')
    await rig.until(`${id} compacts`, 30_000, async () => /compacting/i.test(await screen(rig, id)))
    return async () => undefined
  },
  'being typed into': async (rig, id) => {
    await typeInto(rig, id, DRAFT)
    return async () => {
      if (!(await screen(rig, id)).includes(DRAFT)) throw new Error(`the person's line in ${id} is gone`)
    }
  },
  paused: async (rig, id) => {
    await rig.client.must('session.pause', { session: id as never })
    return async () => { await rig.client.must('session.continue', { session: id as never }) }
  },
  starting: async () => async () => undefined,
}

const answer = async (rig: Rig, id: string, option: number): Promise<void> => {
  await rig.until(`${id} asks`, 60_000, async () => {
    const [question] = await rig.sql<{ id: MessageId }>(`select id from messages where sender = 'session:${id}' and kind = 'question' and state = 'open' and copy_of is null`)
    if (!question) return 'no open question'
    await rig.client.must('message.answer', { message: question.id, option })
    return true
  })
}

export const fault: Fault = {
  promise: '0 called delivered that do not stand in the receiver\'s conversation, 0 twice, 0 lost, in each sender\'s order.',
  run: async (rig, { quick }) => {
    const total = quick ? 60 : 1000
    const names = quick ? ['idle', 'working', 'being typed into', 'starting'] : Object.keys(states)
    const ids = new Map<string, string>()
    for (const name of names.filter((n) => n !== 'starting')) {
      const made = await rig.client.must('session.spawn', { name: rig.fresh('sends'), instructions: 'Wait for what you are told.', permissionMode: name === 'a permission prompt' ? 'ask' : 'bypass' })
      ids.set(name, made.session)
    }
    for (const id of ids.values()) await rig.quiet(id)
    const over: (() => Promise<void>)[] = []
    for (const [name, id] of ids) over.push(await (states[name] as (r: Rig, i: string) => Promise<() => Promise<void>>)(rig, id))
    // The last one is sent to from its first moment on.
    const young = await rig.client.must('session.spawn', { name: rig.fresh('sends'), instructions: 'Wait for what you are told.' })
    ids.set('starting', young.session)
    const all = [...ids.values()]

    const persons = Math.round(total * 0.3)
    const fromPerson = Array.from({ length: persons }, (_, i) => ({ to: all[i % all.length] as string, text: `${inert[i % inert.length]} ${token()} of the person, number ${i}` }))
    // Whoever can: a stopped one can't.
    const senders = ['designer', ...names.filter((n) => n !== 'paused').map((n) => ids.get(n) as string)]
    const fromAgents = Array.from({ length: total - persons }, (_, i): Said => {
      const word = token()
      const to = all[i % all.length] as string
      const from = senders.filter((s) => s !== to)[i % (senders.length - 1)] as string
      return { from, to, token: word, text: `${word} of ${from}, number ${i}` }
    })
    const send = await agentsSender(rig)
    let sending = true
    const asAgents = Promise.all(senders.map((s) => send(fromAgents.filter((f) => f.from === s)))).finally(() => { sending = false })
    // Spread over the whole time: between sessions alone it would end at the limit of hops, which a word of the person lifts.
    const asPerson = Promise.all(['designer', ...all].map(async (id) => {
      for (const f of fromPerson.filter((p) => p.to === id)) {
        await rig.client.must('message.send', { to: f.to as never, text: f.text }, { patienceMs: 180_000 })
        await forSeconds(3)
      }
      while (sending) {
        await rig.tell(id, 'Go on.')
        await forSeconds(3)
      }
    }))
    // Four times within the hour would be a container that can't live, which is left to the person.
    const victims = ['idle', 'starting', 'working', 'idle', 'compacting', 'starting', 'working', 'idle'].flatMap((n) => ids.get(n) ?? [])
    const killing = (async () => {
      let kills = 0
      let agents = 0
      for (; sending || kills === 0; kills += 1) {
        await forSeconds(10)
        await rig.kill('relay')
        await rig.start('relay')
        await forSeconds(10)
        // agentd and its CLI die with their container, whatever was in their hands.
        const victim = victims.shift()
        if (victim === undefined) continue
        await rig.until(`${victim} runs`, 60_000, async () => (await rig.sql(`select 1 from sessions where id = '${victim}' and phase = 'running'`)).length === 1)
        await rig.docker('kill', '--signal', 'KILL', rig.container(victim))
        agents += 1
      }
      await rig.healthy('relay')
      return `the relay killed ${kills} times, an agentd ${agents} times`
    })()
    const since = performance.now()
    const [killed] = await Promise.all([killing, asAgents, asPerson])
    rig.say(`         ${total} sent in ${((performance.now() - since) / 1000).toFixed(0)} s: ${persons} by the person, ${total - persons} by sessions, to ${names.join(', ')}; ${killed}`)
    for (const end of over) await end()
    await rig.until('all are delivered', 900_000, async () => {
      const [left] = await rig.sql<{ n: number; who: string }>("select count(*)::int as n, string_agg(distinct recipient, ' ') as who from messages where text like '%msg-%' and recipient like 'session:%' and delivery not in ('delivered', 'seen', 'answered')")
      return left?.n === 0 || `${left?.n} are not, of ${left?.who}`
    })
    rig.say(`         all delivered ${((performance.now() - since) / 1000).toFixed(0)} s after the first`)
    for (const id of all) {
      const order = await orderGiven(rig, id)
      for (const from of [...senders, 'person']) {
        const sent = from === 'person' ? fromPerson.filter((f) => f.to === id).map((f) => /msg-[0-9a-f-]{36}/.exec(f.text)?.[0]) : fromAgents.filter((f) => f.to === id && f.from === from).map((f) => f.token)
        const got = order.filter((t) => sent.includes(t))
        const first = got.findIndex((t, i) => t !== sent[i])
        if (first >= 0 && new Set(got).size === got.length && got.length === sent.length) throw new Error(`${from}'s messages to ${id} came in another order than they were sent, from number ${first} on`)
      }
      if ((await rig.inside(id, 'test -e /tmp/ran && echo ran || echo no')) === 'ran') throw new Error(`a message to ${id} was run as a command`)
    }
  },
}
