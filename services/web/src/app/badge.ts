/** The number of things that need the person, in the tab's title and icon. */
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
    const { attention, project } = useStore.getState()
    const title = `${attention.length ? `(${attention.length}) ` : ''}${project ? `${project.name} · ` : ''}Orchestra`
    if (title === last) return
    last = title
    document.title = title
    document.getElementById('favicon')?.setAttribute('href', icon(attention.length))
  }
  update()
  return useStore.subscribe(update)
}
