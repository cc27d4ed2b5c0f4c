import { useSyncExternalStore } from 'react'

const lightMedia = () => matchMedia('(prefers-color-scheme: light)')

/** The theme that is shown: the person's choice, else the system's. */
export const isLight = (): boolean => {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'light' : lightMedia().matches
}

/** Calls back when it changes; returns the stopper. */
export const onTheme = (changed: () => void): (() => void) => {
  const media = lightMedia()
  media.addEventListener('change', changed)
  addEventListener('themechange', changed)
  return () => { media.removeEventListener('change', changed); removeEventListener('themechange', changed) }
}

export const useLight = (): boolean => useSyncExternalStore(onTheme, isLight)
