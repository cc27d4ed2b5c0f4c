import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { isKind, type Kinds } from '../features/activity/found.ts'
import { ActivityPage } from '../features/activity/page.tsx'
import { SessionPage } from '../features/session/page.tsx'
import { SettingsPage } from '../features/settings/page.tsx'
import { SpecPage } from '../features/spec/page.tsx'
import { Empty } from '../ui/controls.tsx'
import { Inbox } from './inbox.tsx'
import { Layout } from './layout.tsx'
import { history, placeOf } from './nav.ts'

/** A fault of one screen leaves the rest standing, and says what to do. */
const Broken = ({ error, reset }: { error: unknown; reset: () => void }) => (
  <Empty title="This screen failed.">
    <span className="block">{error instanceof Error ? error.message : String(error)}</span>
    <span className="block">Nothing was lost. <button type="button" className="underline" onClick={reset}>Try again</button>, or press <b>i</b> for the inbox.</span>
  </Empty>
)

const root = createRootRoute({ component: Layout, notFoundComponent: () => <Empty title="There is no such page.">Press <b>i</b> for the inbox.</Empty> })

const inbox = createRoute({ getParentRoute: () => root, path: '/', component: Inbox })
const spec = createRoute({ getParentRoute: () => root, path: '/spec', component: SpecPage })
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined)
const activity = createRoute({ getParentRoute: () => root, path: '/activity', component: ActivityPage, validateSearch: (s: Record<string, unknown>): { q?: string; session?: string; kind?: Kinds } => ({ q: text(s.q), session: text(s.session), kind: isKind(s.kind) ? s.kind : undefined }) })
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: SettingsPage })

const SessionRoute = ({ id, tab }: { id: string; tab?: string }) => {
  const place = placeOf(tab ? `/s/${id}/${tab}` : `/s/${id}`)
  return place ? <SessionPage key={id} id={id} tab={place.tab} /> : <Empty title="There is no such session." />
}
const session = createRoute({ getParentRoute: () => root, path: '/s/$id', component: () => <SessionRoute {...session.useParams()} /> })
const sessionTab = createRoute({ getParentRoute: () => root, path: '/s/$id/$tab', component: () => <SessionRoute {...sessionTab.useParams()} /> })

export const router = createRouter({ routeTree: root.addChildren([inbox, spec, activity, settings, session, sessionTab]), history, defaultErrorComponent: Broken })

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
