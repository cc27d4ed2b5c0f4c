/** What a search found: the newest, kept up to date, and as many earlier pages as were asked for. */
import { useState } from 'react'
import type { SearchHit } from '@orchestra/contracts'
import { read } from '../../api.ts'
import { useStore } from '../../store.ts'
import { useLive } from '../../ui/live.ts'

const PAGE = 60

export type Kinds = 'all' | 'messages' | 'steps' | 'commits' | 'errors'
/** The kinds of entries behind each choice; none: all of them. */
export const kindsOf: Record<Kinds, SearchHit['kind'][]> = { all: [], messages: ['message'], steps: ['tool', 'text', 'prompt', 'turn'], commits: ['commit', 'run'], errors: ['error'] }

export const isKind = (value: unknown): value is Kinds => typeof value === 'string' && Object.hasOwn(kindsOf, value)

const keyOf = (h: SearchHit) => `${h.kind}.${h.seq}.${h.text}`

/** Two runs of hits as one, newest first; a newer reading of the same one wins. */
export const joined = (older: SearchHit[], newer: SearchHit[]): SearchHit[] =>
  [...new Map([...older, ...newer].map((h) => [keyOf(h), h])).values()].sort((a, b) => b.at.localeCompare(a.at) || b.seq - a.seq)

export const useFound = (q: string, session: string, kinds: Kinds) => {
  // Whatever happens may be one of them; while nothing is searched for, only new messages are awaited: an agent's every step would load the page anew.
  const newest = useStore((s) => Object.values(s.messages).reduce((most, m) => Math.max(most, m.seq), 0))
  const epoch = useStore((s) => s.epoch)
  const key = `activity:${session}:${kinds}:${q}`
  const query = { q: q || undefined, session: session || undefined, kinds: kindsOf[kinds].join(',') || undefined, limit: PAGE }
  const live = useLive(key, `${epoch}.${newest}`, () => read('search', {}, query))
  const [older, setOlder] = useState<{ key: string; hits: SearchHit[]; next: string | null } | null>(null)
  const mine = older?.key === key ? older : null
  const next = mine ? mine.next : (live.value?.next ?? null)
  const earlier = async () => {
    if (next === null) return
    const page = await read('search', {}, { ...query, before: next })
    if (page.ok) setOlder({ key, hits: joined(page.value.hits, mine?.hits ?? []), next: page.value.next })
  }
  return { hits: joined(mine?.hits ?? [], live.value?.hits ?? []), more: next !== null, loading: live.loading, problem: live.problem, earlier, reload: live.reload }
}
