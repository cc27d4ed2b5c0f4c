/** What an attack is, and what can come of one. For people: test/attack/README.md. */
import type { Target } from './target.ts'

/** `held`: it was carried out and stopped; says at what. `through`: it reached what it must not; says what was seen. Not carried out at all: throw. */
export type Outcome = { held: string } | { through: string }

export type Attack = {
  /** What the hostile side tries, in a sentence. */
  tries: string
  /** What would be its success, in a sentence. */
  success: string
  run: (t: Target) => Promise<Outcome>
}

/** One guard taken away, and attacks of the family that then have to get through. A family's `unguarded.ts` is one of these, or a list. */
export type Proof = {
  /** Which guard is off. */
  off: string
  /** Names of attacks of the same family; each has to get through. */
  attacks: string[]
  target: (t: Target) => Promise<{ target: Target; close: () => Promise<void> }>
}

/** Ends an attack that could not be carried out: counted as a failure, never as held. */
export class NotCarriedOut extends Error {}

export const need: (ok: boolean, what: string) => asserts ok = (ok, what) => {
  if (!ok) throw new NotCarriedOut(what)
}
