import { createBrowserHistory } from '@tanstack/react-router'
import { tabs, type Tab } from './keymap.ts'

export const history = createBrowserHistory()

/** On a phone there is no good terminal: a session opens on its conversation. */
const firstTab = (): Tab => (matchMedia('(min-width: 720px)').matches ? 'term' : 'conversation')

export const go = {
  inbox: () => history.push('/'),
  spec: () => history.push('/spec'),
  activity: (query = '') => history.push(query ? `/activity?q=${encodeURIComponent(query)}` : '/activity'),
  settings: () => history.push('/settings'),
  session: (id: string, tab: Tab = firstTab()) => history.push(`/s/${id}/${tab}`),
}

/** The session and tab of a path, null on the other pages. */
export const placeOf = (path: string): { session: string; tab: Tab } | null => {
  const match = /^\/s\/([a-z0-9-]+)(?:\/([a-z]+))?$/.exec(path)
  const session = match?.[1]
  if (!session) return null
  return { session, tab: tabs.find((t) => t === match[2]) ?? firstTab() }
}
