import { useState } from 'react'
import type { Problem, TimelineEntry } from '@orchestra/contracts'
import { read } from '../../api.ts'
import { useStore } from '../../store.ts'
import { useLive } from '../../ui/live.ts'

const PAGE = 200

/** Two runs of entries as one, oldest first; a newer reading of the same entry wins. */
export const joined = (older: TimelineEntry[], newer: TimelineEntry[]): TimelineEntry[] => {
  const bySeq = new Map([...older, ...newer].map((e) => [`${e.seq}${e.kind}${e.text}`, e]))
  return [...bySeq.values()].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq)
}

/** The newest entries, kept up to date, and as many earlier pages as were asked for. */
export const useTimeline = (session: string) => {
  const version = useStore((s) => `${s.epoch}.${s.activity[session]?.timelineSeq ?? 0}`)
  const live = useLive(`timeline:${session}`, version, () => read('timeline', { session }, { limit: PAGE }))
  const [older, setOlder] = useState<{ entries: TimelineEntry[]; more: boolean; problem: Problem | null } | null>(null)
  const entries = joined(older?.entries ?? [], live.value?.entries ?? [])
  const earlier = async () => {
    if (entries.length === 0) return
    const before = Math.min(...entries.map((e) => e.seq))
    const page = await read('timeline', { session }, { limit: PAGE, before })
    if (page.ok) setOlder({ entries: joined(page.value.entries, older?.entries ?? []), more: page.value.more, problem: null })
    else setOlder({ entries: older?.entries ?? [], more: true, problem: page.problem })
  }
  return { entries, loading: live.loading, problem: older?.problem ?? live.problem, more: older ? older.more : (live.value?.more ?? false), earlier }
}
