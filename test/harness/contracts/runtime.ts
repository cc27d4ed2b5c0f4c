/** What the engine relies on in a `Runtime`: held by the spawner on a real engine and by the stand-in in memory. */
import { expect, it } from 'vitest'
import type { SessionId } from '@orchestra/contracts'
import type { Runtime } from '../../../services/orchestrator/src/ports/runtime.ts'

type Spec = Parameters<Runtime['ensure']>[0]

/** `spec`: of a session without a container or volumes. */
export const holdsRuntimeContract = (runtime: () => Runtime, spec: () => Spec): void => {
  const stranger = 'nobody' as SessionId
  const mine = async () => {
    const listed = await runtime().list()
    if (!listed.ok) throw new Error(listed.problem.message)
    const { session } = spec()
    return { state: listed.value.containers.find((c) => c.session === session)?.state ?? null, volumes: listed.value.volumes.includes(session) }
  }
  const state = (wanted: string) => ({ ok: true, value: { session: spec().session, state: wanted } })

  it('what was never made: stopping and removing it is done already, freezing it is not possible', async () => {
    expect(await mine()).toEqual({ state: null, volumes: false })
    expect(await runtime().stop(stranger)).toMatchObject({ ok: true, value: { session: stranger, state: 'missing' } })
    expect(await runtime().remove(stranger, true)).toEqual({ ok: true, value: undefined })
    for (const verb of ['pause', 'unpause'] as const) expect(await runtime()[verb](stranger)).toMatchObject({ ok: false, problem: { code: 'session_unknown' } })
    expect(await runtime().rescue({ project: spec().project, session: stranger, known: [] })).toMatchObject({ ok: false, problem: { code: 'session_unknown' } })
  })
  it('ensure makes it, and again finds it', async () => {
    const first = await runtime().ensure(spec())
    expect(first).toMatchObject(state('running'))
    expect(await runtime().ensure(spec())).toEqual(first)
    expect(await mine()).toEqual({ state: 'running', volumes: true })
  })
  it('it is frozen and thawed, each as often as one likes', async () => {
    for (const [verb, wanted] of [['pause', 'paused'], ['pause', 'paused'], ['unpause', 'running'], ['unpause', 'running']] as const) expect(await runtime()[verb](spec().session)).toMatchObject(state(wanted))
    expect((await mine()).state).toBe('running')
  })
  it('it is stopped, also frozen, and ensure starts it again', async () => {
    await runtime().pause(spec().session)
    expect(await runtime().stop(spec().session)).toMatchObject(state('exited'))
    expect(await runtime().stop(spec().session)).toMatchObject(state('exited'))
    expect(await runtime().ensure(spec())).toMatchObject(state('running'))
  })
  it('its volumes outlive it until they are named', async () => {
    expect(await runtime().remove(spec().session, false)).toEqual({ ok: true, value: undefined })
    expect(await mine()).toEqual({ state: null, volumes: true })
    expect(await runtime().remove(spec().session, true)).toEqual({ ok: true, value: undefined })
    expect(await mine()).toEqual({ state: null, volumes: false })
  })
}
