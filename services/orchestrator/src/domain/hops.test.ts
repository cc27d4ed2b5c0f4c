import { expect, it } from 'vitest'
import { limits } from '@orchestra/contracts'
import { hopLimit, hopsAfter } from './hops.ts'
import { session, sid } from './fixture.ts'

const person = { kind: 'person', name: 'owner' } as const
const auth = { kind: 'session', id: sid('auth') } as const

it('counts what sessions write to each other, and starts over with a person', () => {
  expect(hopsAfter(0, auth, session({ hops: 4 }))).toBe(5)
  expect(hopsAfter(9, person, null)).toBe(0)
  expect(hopsAfter(9, { kind: 'system', part: 'merges' }, null)).toBe(9)
})
it('stops two sessions that only answer each other', () => {
  const two = [session({ hops: 0 }), session({ id: sid('api'), hops: 0 })] as const
  let sent = 0
  for (; sent < 1000 && !hopLimit(two[sent % 2 as 0 | 1]); sent += 1) {
    const [from, to] = sent % 2 === 0 ? two : [two[1], two[0]]
    to.hops = hopsAfter(to.hops, auth, from)
  }
  expect(sent).toBe(limits.messageHops)
})
