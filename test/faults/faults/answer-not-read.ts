/** The CLI dies with the answer to its held question: before it has read it, or when its model has it and nothing of it is written down. */
import type { Family, Fault } from '../frame/fault.ts'
import { promptsOf, timesGiven } from '../frame/transcript.ts'

/** The terminal's server would let a CLI that is stopped go on, so it is stopped first. */
const freeze = `set -- $(tmux -S /tmp/orchestra/tmux.sock display -p -t =cli: '#{pid} #{pane_pid}'); echo $1 $2 > /tmp/pids; kill -STOP $1; kill -STOP $2`
const kill = `set -- $(cat /tmp/pids); kill -KILL $2; kill -CONT $1`
const WORDS = 'Round the northern shore.'

const unread = (frozen: boolean): Fault => ({
  promise: 'What was answered reaches the session once, and it does not ask again.',
  run: async (rig) => {
    const id = await rig.spawn('unread')
    await rig.tell(id, '#ask Which way round the lake? #end')
    let question = ''
    await rig.until('it asks', 60_000, async () => {
      question = (await rig.client.state()).attention.find((a) => a.session === id && a.kind === 'question')?.messageId ?? ''
      return question !== ''
    })
    const delivery = async () => (await rig.sql<{ delivery: string }>(`select delivery from messages where in_reply_to = '${question}' and recipient = 'session:${id}'`))[0]?.delivery ?? ''
    const reaches = (...states: string[]) => rig.until(`the answer is ${states[0]}`, 60_000, async () => states.includes(await delivery()) || (await delivery()))
    await rig.inside(id, frozen ? freeze : `tmux -S /tmp/orchestra/tmux.sock display -p -t =cli: '#{pid} #{pane_pid}' > /tmp/pids`)
    await rig.client.must('message.answer', { message: question as never, text: WORDS })
    await reaches('delivered', 'seen', 'answered')
    await rig.inside(id, kill)
    // As a message, or as the result of the call where the CLI had written that down.
    const given = async () => {
      const lines = await rig.transcript(id)
      return timesGiven(promptsOf(lines), WORDS) + lines.filter((l) => l.type === 'user' && JSON.stringify(l.message?.content).includes(`Answer from owner: ${WORDS}`)).length
    }
    await rig.until('the model has it', 90_000, async () => (await given()) > 0)
    await rig.quiet(id)
    await reaches('seen', 'answered')
    const asked = (await rig.sql(`select 1 from messages where sender = 'session:${id}' and kind = 'question' and copy_of is null and text like 'Which way%'`)).length
    if ((await given()) !== 1 || asked !== 1) throw new Error(`the answer stands ${await given()} times in its conversation, and it asked ${asked} times`)
  },
})

export const faults: Family = { 'before it was read': unread(true), 'before it was written down': unread(false) }
