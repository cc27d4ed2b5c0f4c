import { useState } from 'react'
import { Button } from '../../ui/controls.tsx'

const KEY = 'orchestra.theme'
type Theme = 'system' | 'dark' | 'light'

export const savedTheme = (): Theme => {
  const saved = localStorage.getItem(KEY)
  return saved === 'dark' || saved === 'light' ? saved : 'system'
}

export const applyTheme = (theme: Theme) => {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  dispatchEvent(new Event('themechange'))
}

export const ThemeChoice = () => {
  const [theme, setTheme] = useState(savedTheme)
  const choose = (t: Theme) => {
    localStorage.setItem(KEY, t)
    setTheme(t)
    applyTheme(t)
  }
  return (
    <div role="group" aria-label="Theme" className="flex items-center gap-1.5">
      {(['system', 'dark', 'light'] as const).map((t) => <Button key={t} aria-pressed={t === theme} tone={t === theme ? 'plain' : 'quiet'} onClick={() => choose(t)}>{t}</Button>)}
    </div>
  )
}
