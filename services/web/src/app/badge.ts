/** The number of things that need the person, in the tab's title and icon. */
import { needsOf, useQueue } from '../features/attention/queue.ts'
import { useStore } from '../store.ts'

const icon = (count: number): string => {
  const mark = count > 0
    ? `<circle cx="22" cy="10" r="10" fill="#E5A33D"/><text x="22" y="14.5" font-family="sans-serif" font-size="13" font-weight="700" text-anchor="middle" fill="#0F1113">${count > 9 ? '9+' : count}</text>`
    : ''
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 8v20l17-10z" fill="#6FA8FF"/>${mark}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

export const showBadge = (): (() => void) => {
  let last = ''
  const update = () => {
    const { project } = useStore.getState()
    const needs = needsOf(useQueue.getState())
    const title = `${needs ? `(${needs}) ` : ''}${project ? `${project.name} · ` : ''}Orchestra`
    if (title === last) return
    last = title
    document.title = title
    document.getElementById('favicon')?.setAttribute('href', icon(needs))
  }
  update()
  const stops = [useStore.subscribe(update), useQueue.subscribe(update)]
  return () => stops.forEach((stop) => stop())
}
