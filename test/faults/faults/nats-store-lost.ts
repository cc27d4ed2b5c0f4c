/** NATS comes back without anything it had stored. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'Postgres is the truth: what was queued is put into the inboxes again and arrives once.',
  quick: true,
  run: async (rig) => {
    const id = await rig.spawn('storeless')
    await rig.client.must('session.pause', { session: id as never })
    for (let i = 0; i < 5; i += 1) await rig.tell(id, `Waits, number ${i}.`)
    await rig.until('all are in the inbox', 30_000, async () => (await rig.sql("select 1 from effects where kind = 'inbox.put' and state in ('waiting', 'running')")).length === 0)
    await rig.docker('exec', '--user', '0', rig.service('nats'), 'sh', '-c', 'rm -rf /data/*')
    await rig.kill('nats')
    await rig.start('nats')
    await rig.healthy('nats')
    await rig.client.must('session.continue', { session: id as never })
    await rig.tell(id, 'After the loss.')
    await rig.until('all are delivered', 90_000, async () => {
      const left = await rig.sql<{ delivery: string }>(`select delivery from messages where recipient = 'session:${id}' and delivery not in ('delivered', 'seen', 'answered')`)
      return left.length === 0 || `${left.length} are still queued`
    })
  },
}
