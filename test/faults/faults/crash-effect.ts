/** kill -9 of the orchestrator before and after it writes down that an effect failed: to be tried again, or given up. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

export const faults: Family = {
  ...Object.fromEntries(['before store.effectRetry', 'after store.effectRetry'].map((point) => [point, {
    promise: 'What could not be done while the spawner was away is done once when it is back.',
    run: async (rig) => {
      await rig.kill('spawner')
      const death = await arm(rig, 'orchestrator', point)
      const made = await rig.client.must('session.spawn', { name: rig.fresh('retried'), instructions: 'Wait for what you are told.' })
      await death.reached()
      await rig.start('spawner')
      await rig.healthy('spawner')
      await rig.healthy('orchestrator')
      await rig.quiet(made.session)
      await rig.work(made.session, 'after.txt', `after ${point}`)
    },
  } satisfies Family[string]])),
  ...Object.fromEntries(['before store.effectFailed', 'after store.effectFailed'].map((point) => [point, {
    promise: 'An effect that nobody performs is given up once, and holds up nothing.',
    run: async (rig) => {
      const id = await rig.spawn('unheld')
      const death = await arm(rig, 'orchestrator', point)
      // As a version that was taken back could leave one.
      const psql = (statement: string) => rig.docker('exec', rig.service('postgres'), 'psql', '-U', 'orchestra', '-v', 'ON_ERROR_STOP=1', '-c', statement)
      await psql(`insert into effects (project_id, kind, lane, payload, actor) select project_id, 'of another version', 'nobody:nobody', '{}', 'system:test' from sessions where id = '${id}'`)
      await rig.tell(id, 'Wakes whoever performs effects.')
      await death.reached()
      await rig.healthy('orchestrator')
      await rig.until('it is given up', 30_000, async () => (await rig.sql<{ state: string }>("select state from effects where lane = 'nobody:nobody' order by id desc limit 1"))[0]?.state === 'failed')
      await psql("delete from effects where lane = 'nobody:nobody'")
      await rig.work(id, 'after.txt', `after ${point}`)
    },
  } satisfies Family[string]])),
}
