import { useState } from 'react'
import type { SessionView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button, inputClass } from '../../ui/controls.tsx'

/** Twice what it had, or twice what it took where that is more: two digits say enough. */
const offered = (had: number, took: number): number => {
  const twice = Math.max(had, took) * 2
  const step = 10 ** (Math.floor(Math.log10(twice)) - 1)
  return Number((Math.ceil(twice / step) * step).toPrecision(2))
}

/** For a session that is paused by its budget. */
export const MoreBudget = ({ session: s }: { session: SessionView }) => {
  const { usd, tokens } = s.budget
  const inDollars = usd !== null && (s.usage.costUsd ?? usd) >= usd
  const { input, output, cacheWrite } = s.usage.tokens
  const [amount, setAmount] = useState(String(inDollars ? offered(usd, s.usage.costUsd ?? 0) : offered(tokens ?? 1, input + output + cacheWrite)))
  const give = () => void act('session.budget', { session: s.id, usd: inDollars ? Number(amount) : usd, tokens: inDollars ? tokens : Number(amount) }, `${s.id} has more to spend`)
  return (
    <form className="flex items-center gap-1.5" onSubmit={(e) => { e.preventDefault(); give() }}>
      <label className="flex items-center gap-1.5 text-sm whitespace-nowrap text-dim">Budget {inDollars ? '$' : 'tokens'}
        <input type="number" name="more-budget" min={inDollars ? 0.01 : 1} step={inDollars ? 'any' : 1} required className={`${inputClass} max-w-28`} value={amount} onChange={(e) => setAmount(e.target.value)} />
      </label>
      <Button type="submit" tone="primary" data-testid="more-budget">Raise and continue</Button>
    </form>
  )
}
