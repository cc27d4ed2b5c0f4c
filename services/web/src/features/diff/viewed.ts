import { useCallback, useState } from 'react'

const KEY = 'orchestra.viewed'
const MOST = 2000

const load = (): string[] => {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list.filter((x) => typeof x === 'string') : []
  } catch (cause) {
    // A person may have edited or blocked the storage: then nothing is marked.
    if (cause instanceof SyntaxError || cause instanceof DOMException) return []
    throw cause
  }
}

type Read = { path: string; blob: string | null }
const keyOf = (f: Read): string => `${f.path}@${f.blob ?? 'gone'}`

/** Marks of a reader, keyed on the content that was read: a file that changes is unread again. */
export const useViewed = () => {
  const [marks, setMarks] = useState<ReadonlySet<string>>(() => new Set(load()))
  const mark = useCallback((f: Read, viewed: boolean) => {
    // Read again, since another tab may have marked files meanwhile.
    const next = new Set(load())
    if (viewed) next.add(keyOf(f))
    else next.delete(keyOf(f))
    localStorage.setItem(KEY, JSON.stringify([...next].slice(-MOST)))
    setMarks(next)
  }, [])
  return { has: (f: Read) => marks.has(keyOf(f)), mark }
}
