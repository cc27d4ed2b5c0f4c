import type { Agent } from '../frame/agent.ts'
import type { Target } from '../frame/target.ts'

/** What the session of this family may use; what it takes beyond is taken from others. */
export const allowed = { memoryMb: 768, pids: 400, cpus: 1 }

export const hungry = async (t: Target): Promise<Agent> => {
  await t.person.command('settings.save', allowed)
  return t.agent('hungry')
}

/** Null while the stack and another session answer as before. */
export const othersSuffer = async (t: Target): Promise<string | null> => {
  const [health, state] = await Promise.all([t.person.get('/api/health'), t.person.state()])
  if (!health.ok) return `the stack answers ${health.status}`
  const lost = state.sessions.filter((s) => s.id !== 'hungry' && s.status === 'lost')
  return lost.length > 0 ? `lost: ${lost.map((s) => s.id).join(', ')}` : null
}
