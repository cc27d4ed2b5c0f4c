import { age } from './format.ts'
import { useNow } from './live.ts'

/** Time since, counting. A status word may be wrong; the age of the last event can't be. */
export const Clock = ({ since, className = '' }: { since: string; className?: string }) => {
  const said = useNow((now) => age(since, now))
  return <time dateTime={since} title={new Date(since).toLocaleString()} className={`nums whitespace-nowrap ${className}`}>{said}</time>
}
