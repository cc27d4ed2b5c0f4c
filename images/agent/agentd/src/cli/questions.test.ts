import { expect, it } from 'vitest'
import { Questions } from './questions.ts'

type Posted = { path: string; body: { id?: string; how?: string; answer?: string | null; question?: string }; ask: string | undefined }

/** A relay that holds what is asked until it is hung up on; away, it takes nothing. */
const relay = () => {
  const posted: Posted[] = []
  const state = { away: false }
  const post = (path: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<{ status: number; body: string }> => {
    if (state.away) return Promise.reject(new Error('connect ENOENT'))
    posted.push({ path, body: JSON.parse(String(body)), ask: headers['x-ask'] })
    const settled = posted.some((p) => p.path === '/ask/settled' && p.body.id === headers['x-ask'])
    if (path === '/ask/settled') return Promise.resolve({ status: 200, body: '{}' })
    if (settled) return Promise.resolve({ status: 409, body: '{}' })
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('hung up'))))
  }
  const told = () => posted.filter((p) => p.path === '/ask/settled').map((p) => p.body)
  return { questions: new Questions(post as never), posted, state, told }
}
const never = new AbortController().signal
const one = [{ key: 'Which?', question: 'Which?', options: ['a', 'b'] }]

it('a permission whose dialog closed is settled in the terminal while its call still runs', async () => {
  const { questions, told } = relay()
  const asking = questions.ask('permission', 'call', one, never)
  questions.dialog(true, false)
  questions.dialog(false, false)
  expect(await asking).toBeNull()
  await expect.poll(told).toMatchObject([{ how: 'terminal', answer: null }])
})

it('a dialog that makes room for the next one settles nothing; the call that ended does', async () => {
  const { questions, told } = relay()
  const first = questions.ask('permission', 'first', one, never)
  questions.dialog(true, false)
  questions.dialog(false, false)
  questions.dialog(true, false)
  const second = questions.ask('permission', 'second', one, never)
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(told()).toEqual([])
  questions.settled('first', () => 'Allowed.')
  expect(await first).toBeNull()
  await expect.poll(told).toMatchObject([{ how: 'terminal', answer: 'Allowed.' }])
  questions.withdrawAll()
  expect(await second).toBeNull()
  await expect.poll(told).toMatchObject([{ how: 'terminal' }, { how: 'ended', answer: null }])
})

it('a question of the CLI is settled by its call, which says what was answered', async () => {
  const { questions, told } = relay()
  const asking = questions.ask('native', 'call', one, never)
  questions.dialog(true, false)
  questions.dialog(false, false)
  questions.settled('call', (key) => `b to ${key}`)
  expect(await asking).toBeNull()
  await expect.poll(told).toMatchObject([{ how: 'terminal', answer: 'b to Which?' }])
})

it('one that was settled while the relay was away is told when it is back, and closed by asking it again', async () => {
  const { questions, told, posted, state } = relay()
  state.away = true
  const asking = questions.ask('native', 'call', one, never)
  questions.settled('call', () => 'b')
  // The CLI does not wait for it.
  expect(await asking).toBeNull()
  state.away = false
  await expect.poll(told, { timeout: 10_000 }).toMatchObject([{ how: 'terminal', answer: 'b' }])
  await expect.poll(() => posted.at(-1)).toMatchObject({ path: '/ask', ask: told()[0]?.id })
})
