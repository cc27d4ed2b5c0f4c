/** The CLI dies with the answer to its held question unread: the call has returned it, and nothing of it is written down. */
import type { Fault } from '../frame/fault.ts'
import { promptsOf, timesGiven } from '../frame/transcript.ts'

const cli = `$(tmux -S /tmp/orchestra/tmux.sock display -p -t =cli: '#{pane_pid}')`

export const fault: Fault = {
  promise: 'What was answered reaches the session as a message after its CLI is back, once.',
  quick: true,
  run: async (rig) => {
    const id = await rig.spawn('unread')
    await rig.tell(id, '#ask Which way round the lake? #end')
    let question = ''
    await rig.until('it asks', 60_000, async () => {
      question = (await rig.client.state()).attention.find((a) => a.session === id && a.kind === 'question')?.messageId ?? ''
      return question !== ''
    })
    // It reads nothing from here on; the answer lies in the buffers of its socket.
    await rig.inside(id, `kill -STOP ${cli}`)
    await rig.client.must('message.answer', { message: question as never, text: 'Round the northern shore.' })
    await rig.until('the call has returned it', 60_000, async () => (await rig.sql<{ delivery: string }>(`select delivery from messages where in_reply_to = '${question}' and recipient = 'session:${id}'`))[0]?.delivery === 'delivered')
    await rig.inside(id, `kill -KILL ${cli}`)
    const given = async () => timesGiven(promptsOf(await rig.transcript(id)), 'Round the northern shore.')
    await rig.until('the model has it', 90_000, async () => (await given()) > 0)
    await rig.quiet(id)
    await rig.until('it is seen', 60_000, async () => ['seen', 'answered'].includes((await rig.sql<{ delivery: string }>(`select delivery from messages where in_reply_to = '${question}' and recipient = 'session:${id}'`))[0]?.delivery ?? ''))
    const times = await given()
    if (times !== 1) throw new Error(`the answer stands ${times} times in its conversation`)
  },
}
