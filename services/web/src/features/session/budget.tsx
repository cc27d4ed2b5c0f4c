import { useState } from 'react'
import type { SessionView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button, inputClass } from '../../ui/controls.tsx'

/** For a session that is paused by its budget: twice as much is what is offered. */
export const MoreBudget = ({ session: s }: { session: SessionView }) => {
  const { usd, tokens } = s.budget
  const inDollars = usd !== null && (s.usage.costUsd ?? usd) >= usd
  const [amount, setAmount] = useState(String((inDollars ? usd : (tokens ?? usd ?? 1)) * 2))
  const give = () => void act('session.budget', { session: s.id, usd: inDollars ? Number(amount) : usd, tokens: inDollars ? tokens : Number(amount) }, `${s.id} has more to spend`)
  return (
    <form className="flex items-center gap-1.5" onSubmit={(e) => { e.preventDefault(); give() }}>
      <label className="flex items-center gap-1.5 text-sm text-dim">Budget {inDollars ? '$' : 'tokens'}
        <input type="number" name="more-budget" min={inDollars ? 0.01 : 1} step={inDollars ? 'any' : 1} required className={`${inputClass} w-28`} value={amount} onChange={(e) => setAmount(e.target.value)} />
      </label>
      <Button type="submit" tone="primary" data-testid="more-budget">Raise and continue</Button>
    </form>
  )
}
