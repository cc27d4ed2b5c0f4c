/** A signed-in Chromium that notes whatever a hostile text could make it do. */
import { openBrowser } from '../../e2e/browser.ts'
import type { Browser } from '../../e2e/browser.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'

export type Watched = Browser & {
  /** What was done that only a hostile text asks for; empty: nothing. */
  caught: () => Promise<string[]>
}

/** In the page, before its own code: writes to the clipboard, windows, notifications, and a mark that scripts of ours set. */
const watch = `
window.__caught = []
const note = (what, value) => window.__caught.push(what + ' ' + String(value).slice(0, 80))
const own = navigator.clipboard
Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (v) => note('clipboard', v), readText: async () => '', write: async () => note('clipboard', 'items') }, configurable: true })
window.open = (u) => { note('window', u); return null }
window.alert = window.confirm = window.prompt = (v) => note('dialog', v)
window.Notification = class { constructor(t) { note('notification', t) } static permission = 'granted'; static requestPermission = async () => 'granted' }
document.execCommand = (c) => { note('execCommand', c); return false }
document.addEventListener('securitypolicyviolation', (e) => note('blocked', e.violatedDirective + ' ' + e.blockedURI))
`

export const openPage = async (t: Target): Promise<Watched> => {
  const link = /https?:\/\/\S+#token=\S+/.exec((await t.stack.orchestra(['link'])).output)?.[0]
  need(link !== undefined, 'no sign-in link')
  const browser = await openBrowser(link, `${process.cwd()}/test-results/attack`)
  const { page } = browser
  await page.addInitScript(watch)
  const outside: string[] = []
  page.on('request', (r) => { if (!r.url().startsWith(t.origin) && !/^(data|blob):/.test(r.url())) outside.push(`request ${r.url().slice(0, 100)}`) })
  page.on('popup', (p) => outside.push(`popup ${p.url()}`))
  page.on('dialog', (d) => { outside.push(`dialog ${d.message().slice(0, 80)}`); void d.dismiss() })
  return {
    ...browser,
    caught: async () => {
      const inside = await page.evaluate(() => {
        const w = window as unknown as { __caught?: string[]; __xss?: unknown }
        const bad = [...document.querySelectorAll('[onerror],[onload],[onclick],[onmouseover],iframe,object,embed,base,a[href^="javascript:" i],img[src*="evil.test"],link[href*="evil.test"],form[action*="evil.test"]')].map((e) => `element ${e.outerHTML.slice(0, 120)}`)
        return [...(w.__caught ?? []), ...(w.__xss === undefined ? [] : ['script ran']), ...bad, ...(/pwned/i.test(document.title) ? [`title ${document.title}`] : [])]
      })
      return [...inside, ...outside]
    },
  }
}
